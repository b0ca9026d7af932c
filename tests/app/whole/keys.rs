//! The keyboard and the list of commands.

use bnonly::session::Phase;
use bnonly::train::history::Series;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, ViewportCommand, ViewportId};
use egui_kittest::kittest::Queryable;

use super::{App, checkpoint, settings};

const SEARCH: &str = "Search commands";

#[test]
fn a_command_is_found_by_a_few_letters_and_done_by_enter() {
    let mut app = App::new();
    app.command(Key::K);
    assert!(app.get_by_label(SEARCH).is_focused());
    app.get_by_label(SEARCH).type_text("dark lig");
    app.settle();
    assert_eq!(app.ctx.theme(), Theme::Dark);
    app.key(Key::Enter);
    assert_eq!(app.ctx.theme(), Theme::Light);
    assert!(app.query_by_label(SEARCH).is_none());

    // Arrows choose another line, Escape leaves, and what cannot be done is not.
    app.command(Key::K);
    app.get_by_label(SEARCH).type_text("stop");
    app.settle();
    app.key(Key::Enter);
    assert!(app.query_by_label(SEARCH).is_some(), "nothing to stop");
    app.key(Key::Escape);
    assert!(app.query_by_label(SEARCH).is_none());
    app.command(Key::K);
    app.key(Key::ArrowDown);
    app.key(Key::ArrowDown);
    app.key(Key::ArrowUp);
    app.key(Key::ArrowUp);
    app.key(Key::Enter);
    app.until_ended("finished");
}

#[test]
fn keys_change_how_it_looks() {
    let mut app = App::new();
    assert!(app.says("What it will take"));
    app.command(Key::B);
    assert!(!app.says("What it will take"));
    app.command(Key::B);
    assert!(app.says("What it will take"));

    app.command(Key::L);
    assert_eq!(app.ctx.theme(), Theme::Light);
    app.command(Key::L);
    assert_eq!(app.ctx.theme(), Theme::Dark);

    app.command(Key::Plus);
    let once = app.ctx.zoom_factor();
    assert!(once > 1.0, "{once}");
    app.command(Key::Equals);
    assert!(app.ctx.zoom_factor() > once);
    app.command(Key::Minus);
    assert!((app.ctx.zoom_factor() - once).abs() < 1e-3);
    app.command(Key::Num0);
    assert_eq!(app.ctx.zoom_factor(), 1.0);

    app.key(Key::F1);
    assert!(app.says("Start the experiment"));
    app.press("Curves");
    assert!(!app.says("Start the experiment"));

    // A frame for this event alone, so that what it asked for can be looked at.
    app.event(egui::Event::Key {
        key: Key::Q,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    });
    app.step();
    let viewport = &app.output().viewport_output[&ViewportId::ROOT];
    assert!(viewport.commands.contains(&ViewportCommand::Close));
}

#[test]
fn keys_ask_for_paths() {
    let mut app = App::new();
    let plain = |app: &mut App, key| app.command(key);
    let shifted = |app: &mut App, key| app.shifted(key);
    type Press = fn(&mut App, Key);
    let cases: [(Press, Key, &str); 3] = [
        (plain, Key::O, "The folder of a run"),
        (shifted, Key::O, "The folder of a run to compare with"),
        (plain, Key::D, "A folder of images"),
    ];
    for (press, key, title) in cases {
        press(&mut app, key);
        app.get_by_label(title);
        app.key(Key::Escape);
        assert!(app.query_by_label(title).is_none(), "{title}");
    }
    // Exports need a run.
    app.shifted(Key::M);
    assert!(!app.says("Type the path"));
    app.key(Key::F7);
    app.until_step(1);
    app.until_phase(Phase::Paused);
    for (key, title) in [
        (Key::S, "Network as safetensors"),
        (Key::M, "Metrics as CSV"),
        (Key::N, "γ and β as CSV"),
    ] {
        app.shifted(key);
        app.get_by_label(title);
        app.key(Key::Escape);
        assert!(!app.says("Type the path"));
    }
}

#[test]
fn keys_save_and_evaluate() {
    let mut app = App::new();
    app.key(Key::F7);
    app.until_step(1);
    app.until_phase(Phase::Paused);
    app.command(Key::E);
    app.until("an evaluation", |app| {
        app.run_view().history.len(Series::TestLoss) == 1
    });
    app.until_phase(Phase::Paused);
    app.key(Key::F7);
    app.until_step(2);
    app.until_phase(Phase::Paused);
    let run = app.run_folder();
    assert_eq!(
        checkpoint(&run).progress.step,
        1,
        "saved with the evaluation"
    );
    app.command(Key::S);
    app.until("it is saved", |_| checkpoint(&run).progress.step == 2);
}

#[test]
fn what_is_typed_into_a_field_does_nothing_else() {
    let mut app = App::new();
    app.get_by_role_and_label(Role::TextInput, "Network")
        .focus();
    app.settle();
    app.command(Key::A);
    for (key, letter) in [(Key::V, "v"), (Key::G, "g"), (Key::G, "g")] {
        app.key_down(key);
        app.event(egui::Event::Text(letter.into()));
        app.key_up(key);
    }
    app.settle();
    let typed = app
        .get_by_role_and_label(Role::TextInput, "Network")
        .value();
    assert_eq!(typed.as_deref(), Some("vgg"));
    app.key_down(Key::Space);
    app.event(egui::Event::Text(" ".into()));
    app.key_up(Key::Space);
    app.settle();
    assert!(app.says("no run yet"));
    assert_eq!(app.ctx.theme(), Theme::Dark);
    app.shell_mut().setup_mut().set_settings(settings());
    app.until("it can start", |app| app.is_enabled("▶ Start"));
}

#[test]
fn a_pane_is_reached_by_tab_and_enter() {
    let mut app = App::new();
    let pane = "Images";
    for _ in 0..200 {
        app.key(Key::Tab);
        if app.button(pane).is_focused() {
            break;
        }
    }
    assert!(app.button(pane).is_focused(), "Tab does not come to {pane}");
    app.key(Key::Enter);
    assert!(app.says("here are its test images"));
}

#[test]
fn the_list_fills_its_width_and_has_panes_and_the_run_to_go_on_with() {
    let mut app = App::with(super::endless());
    app.press("▶ Start");
    app.until_step(1);
    app.key(Key::F8);
    app.until_ended("stopped and saved");
    app.command(Key::K);
    let width = app.get_by_label(SEARCH).rect().width();
    let line = app.get_by_label_contains("Put all panes back").rect();
    assert!(line.width() > 0.9 * width, "{line:?} of {width}");
    app.get_by_label(SEARCH).type_text("pane images");
    app.settle();
    app.key(Key::Enter);
    assert!(app.query_by_label(SEARCH).is_none());
    assert!(app.says("answered"), "{:#?}", app.screen());

    app.command(Key::K);
    let (run, step) = (app.run_folder(), app.step_of_run());
    app.get_by_label(SEARCH).type_text("go on with");
    app.settle();
    app.key(Key::Enter);
    app.until_phase(Phase::Running);
    app.until_step(step + 1);
    assert_eq!(app.run_folder(), run);
    app.key(Key::F8);
    app.until_ended("stopped and saved");
}
