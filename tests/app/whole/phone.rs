//! Phones and tablets: all of it within the screen, by touch alone.

use bnonly::app::channels::heat_map::HeatMap;
use bnonly::session::Phase;
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{HoveredFile, Pos2, Rect, TouchPhase, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, Begin, endless};

const UPRIGHT: Vec2 = Vec2::new(390.0, 844.0);
const SMALL: Vec2 = Vec2::new(360.0, 740.0);
const LYING: Vec2 = Vec2::new(844.0, 390.0);
const TABLET: Vec2 = Vec2::new(768.0, 1024.0);

const PANES: [&str; 7] = [
    "Curves",
    "Experiments",
    "Channels",
    "Layer",
    "Share off",
    "Switching off",
    "Images",
];

fn sized(size: Vec2) -> App {
    Begin {
        size,
        ..Begin::default()
    }
    .app()
}

/// Shows a run of some steps that waits, without the first steps' being looked at.
fn with_a_run(app: &mut App) {
    tap(app, "▶▮ Step");
    app.until_step(1);
    app.until_phase(Phase::Paused);
    tap(app, "▶▮ Step");
    app.until_step(2);
    app.until_phase(Phase::Paused);
}

/// Taps a button that is on the screen.
fn tap(app: &mut App, name: &str) {
    app.settle();
    let rect = app.button(name).rect();
    let screen = app.ctx.content_rect();
    assert!(screen.contains_rect(rect), "{name} at {rect:?}");
    app.tap_at(rect.center());
}

fn texts(shape: &Shape, clip: Rect, found: &mut Vec<(String, Rect, f32)>) {
    match shape {
        Shape::Text(text) => {
            let rect = text.visual_bounding_rect();
            let sections = text.galley.job.sections.iter();
            let size = sections.map(|part| part.format.font_id.size);
            let size = size.fold(f32::INFINITY, f32::min);
            if clip.intersects(rect) {
                found.push((text.galley.text().to_owned(), rect, size));
            }
        }
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, clip, found)),
        _ => {}
    }
}

/// What is wrong with what is drawn: beyond the width of the screen, too small to read or to press.
fn wrong(app: &mut App, state: &str) -> Vec<String> {
    app.settle();
    app.step();
    let screen = app.ctx.content_rect();
    let mut found = Vec::new();
    let beyond = |rect: Rect| rect.left() < -1.0 || rect.right() > screen.right() + 1.0;
    let mut drawn = Vec::new();
    for ClippedShape {
        shape, clip_rect, ..
    } in &app.output().shapes
    {
        texts(shape, *clip_rect, &mut drawn);
    }
    for (text, rect, size) in drawn {
        if size < 12.0 {
            found.push(format!("{state}: {text:?} is {size} points high"));
        }
        if beyond(rect) && !text.trim().is_empty() {
            found.push(format!("{state}: {text:?} at {rect:?}"));
        }
    }
    let pressed = [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::RadioButton,
        Role::Slider,
        Role::SpinButton,
        Role::TextInput,
    ];
    for node in app.root().children_recursive() {
        let access = node.accesskit_node();
        if access.raw_bounds().is_none() {
            continue;
        }
        let rect = node.rect();
        let label = access.label().unwrap_or_default();
        if beyond(rect) && access.role() != Role::Canvas {
            found.push(format!("{state}: {:?} {label} at {rect:?}", access.role()));
        }
        let is_low = rect.height() < 36.0 || rect.width() < 30.0;
        if pressed.contains(&access.role()) && is_low && !is_theirs(&label) {
            let size = rect.size();
            found.push(format!("{state}: {:?} {label} is {size}", access.role()));
        }
    }
    found
}

/// Parts of egui's windows and plots, whose size is not ours.
fn is_theirs(label: &str) -> bool {
    let theirs = ["Close window", "Hide", "Collapse", "off now", ""];
    theirs.contains(&label)
}

#[test]
fn everything_is_within_the_screen_and_large_enough() {
    for size in [UPRIGHT, SMALL, LYING, TABLET] {
        let mut app = sized(size);
        // A finger, so that a tablet knows.
        app.tap_at(Pos2::new(3.0, size.y - 3.0));
        let mut found = wrong(&mut app, "at first");
        let is_tablet = size == TABLET;
        if !is_tablet {
            tap(&mut app, "Set-up");
            assert!(app.says("What it will take"));
            found.extend(wrong(&mut app, "set-up"));
            tap(&mut app, "Set-up");
            assert!(!app.says("What it will take"));
        }
        with_a_run(&mut app);
        // Another behind it, whose name is long.
        tap(&mut app, "▶ Start");
        app.until_says("finished");
        for pane in PANES {
            tap(&mut app, pane);
            found.extend(wrong(&mut app, pane));
        }
        app.command(egui::Key::K);
        found.extend(wrong(&mut app, "commands"));
        app.key(egui::Key::Escape);
        app.command(egui::Key::O);
        found.extend(wrong(&mut app, "a path"));
        assert!(found.is_empty(), "{size:?}: {found:#?}");
    }
}

#[test]
fn a_run_is_begun_held_and_ended_by_touch() {
    for size in [UPRIGHT, SMALL, LYING] {
        let mut app = Begin {
            size,
            settings: Some(Settings {
                limit_train: Some(2048),
                ..endless()
            }),
            ..Begin::default()
        }
        .app();
        tap(&mut app, "Set-up");
        assert!(app.says("What it will take"));
        tap(&mut app, "▶ Start");
        assert!(!app.says("What it will take"), "Start closes the form");
        app.until_step(2);
        tap(&mut app, "▮▮ Pause");
        app.until_phase(Phase::Paused);
        let step = app.step_of_run();
        tap(&mut app, "▶▮ Step");
        app.until_step(step + 1);
        tap(&mut app, "■ Stop");
        app.until_ended("stopped and saved");
    }
}

#[test]
fn the_menu_has_all_commands_in_a_list_that_scrolls() {
    let mut app = sized(LYING);
    tap(&mut app, "Menu");
    let screen = app.ctx.content_rect();
    assert!(screen.contains_rect(app.button("Open a run…").rect()));
    let theme = app.ctx.theme();
    app.get_by_role_and_label(Role::Button, "Light or dark")
        .scroll_to_me();
    app.settle();
    tap(&mut app, "Light or dark");
    assert_ne!(app.ctx.theme(), theme);
}

#[test]
fn turning_the_screen_keeps_what_was_arranged() {
    let mut app = App::new();
    app.press("Images");
    app.press("Share off");
    app.harness.set_size(UPRIGHT);
    app.settle();
    assert!(app.says("Press Start: the curves"), "one pane");
    assert!(!app.says("here are its test images"));
    tap(&mut app, "Channels");
    app.harness.set_size(LYING);
    app.settle();
    assert!(app.says("every channel of every layer is drawn here"));
    app.harness.set_size(super::WINDOW);
    app.settle();
    assert!(app.says("here are its test images"));
    assert!(app.says("the share of channels that are switched off"));
    app.harness.set_size(UPRIGHT);
    app.settle();
    assert!(app.says("every channel of every layer is drawn here"));
}

#[test]
fn a_finger_picks_a_channel_then_switches_it() {
    let mut app = sized(UPRIGHT);
    with_a_run(&mut app);
    tap(&mut app, "Channels");
    let cell = app.shell().view::<HeatMap>().cell_on_screen(1, 2).unwrap();
    let by_hand = |app: &App| app.shell().shared().chosen.choice.by_hand().len();
    app.tap_at(cell.center());
    assert_eq!(by_hand(&app), 0, "the first tap picks");
    app.until("the channel is told", |app| app.says("Tap it again"));
    // Between the last cell and the edge: the last cell is meant.
    app.tap_at(cell.center());
    assert_eq!(by_hand(&app), 1, "the second tap switches");
    let layers = app.run_view().norms.layers().clone();
    let last = layers.range(0).len() - 1;
    let cell = app
        .shell()
        .view::<HeatMap>()
        .cell_on_screen(0, last)
        .unwrap();
    let beside = cell.right_center() + Vec2::new(8.0, 0.0);
    app.tap_at(beside);
    app.tap_at(beside);
    assert_eq!(by_hand(&app), 2, "the nearest cell is meant");
}

#[test]
fn what_hovers_is_told_to_a_finger() {
    let mut app = sized(UPRIGHT);
    app.step();
    let words = "Save a checkpoint and end the run";
    assert!(!app.says(words));
    // A button that cannot be pressed tells why.
    let stop = app.button("■ Stop").rect().center();
    app.tap_at(stop);
    app.until("it is told", |app| {
        app.says("Save a checkpoint and end the run")
    });
    // One that was pressed does not stand over what it did.
    let set_up = app.button("Set-up").rect().center();
    app.tap_at(set_up);
    for _ in 0..30 {
        app.step();
    }
    assert!(!app.says("in place of the panes"));
}

/// Moves a finger up by 200 points.
fn swipe_up(app: &mut App, from: Pos2) {
    let mut pos = from;
    app.touch(TouchPhase::Start, pos);
    app.step();
    for _ in 0..10 {
        pos.y -= 20.0;
        app.touch(TouchPhase::Move, pos);
        app.step();
    }
    app.touch(TouchPhase::End, pos);
    app.step();
    app.settle();
}

#[test]
fn the_form_scrolls_under_a_finger_and_keeps_its_numbers() {
    let mut app = sized(UPRIGHT);
    tap(&mut app, "Set-up");
    let before = app.shell_mut().setup_mut().settings().clone();
    let field = |app: &App| {
        app.get_by_role_and_label(Role::TextInput, "Network")
            .rect()
            .top()
    };
    let first = field(&app);
    swipe_up(&mut app, Pos2::new(40.0, 600.0));
    let moved = first - field(&app);
    assert!(moved > 100.0, "moved by {moved}");
    // A finger that comes upon a number scrolls, or does nothing.
    let numbers = app.get_all_by_role(Role::SpinButton);
    let numbers: Vec<Pos2> = numbers.map(|node| node.rect().center()).collect();
    let screen = app.ctx.content_rect().shrink2(Vec2::new(0.0, 120.0));
    let number = numbers.into_iter().find(|pos| screen.contains(*pos));
    swipe_up(&mut app, number.expect("a number of the form"));
    assert_eq!(*app.shell_mut().setup_mut().settings(), before);
}

#[test]
fn what_can_be_dropped_is_said_while_it_is_held_over_the_window() {
    for size in [SMALL, super::WINDOW] {
        let mut app = sized(size);
        app.settle();
        assert!(!app.says("Drop it here"));
        app.input_mut().hovered_files.push(HoveredFile::default());
        app.step();
        app.step();
        let words = app.get_by_label("Drop it here").rect();
        assert!(app.ctx.content_rect().contains_rect(words));
        app.input_mut().hovered_files.clear();
        app.settle();
        assert!(!app.says("Drop it here"));
    }
}
