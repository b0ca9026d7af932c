//! Panes as pictures, alone, and on the whole screen.

use bnonly::app::views::ViewId;
use bnonly::session::Phase;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, ViewportCommand, ViewportId};
use egui_kittest::kittest::Queryable;

use super::App;

/// A run that waits after its first step.
fn paused() -> App {
    let mut app = App::new();
    app.press("▶▮ Step");
    app.until_step(1);
    app.until_phase(Phase::Paused);
    app.settle();
    app
}

/// Saves a pane as a picture, and gives what was written. `BNONLY_PANES=DIR` keeps it, to be looked at.
fn picture(app: &mut App, pane: &str, format: &str) -> Vec<u8> {
    app.choose("Export", "A pane as a picture…");
    app.press(&format!("{pane} as {format}"));
    let name = format!("{pane}.{}", format.to_lowercase());
    let path = app.folder.path().join(name);
    app.answer(&path);
    let saved = format!("Saved {}.", path.display());
    app.until("it is saved", |app| app.notice().as_ref() == Some(&saved));
    let bytes = std::fs::read(&path).unwrap();
    if let Some(folder) = std::env::var_os("BNONLY_PANES") {
        let name = path.file_name().unwrap();
        std::fs::copy(&path, std::path::Path::new(&folder).join(name)).unwrap();
    }
    bytes
}

#[test]
fn every_pane_becomes_a_picture_that_names_its_run() {
    let mut app = paused();
    app.press("Images");
    app.until_says("of 64 answered, at step 1");
    let run = app.run_view().name();
    for pane in [
        "Curves",
        "Channels",
        "Layer",
        "Share off",
        "Switching off",
        "Images",
    ] {
        let bytes = picture(&mut app, pane, "PNG");
        let image = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(image.width(), 2 * (960 + 24), "{pane}: two pixels a point");
        let colours: std::collections::HashSet<_> = image.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 30, "{pane}: {} colours", colours.len());
        let svg = String::from_utf8(picture(&mut app, pane, "SVG")).unwrap();
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{pane}"
        );
        assert!(
            svg.contains(&format!("·  {run}  ·  step 1 of 8</text>")),
            "{pane}"
        );
        assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
        if pane == "Images" {
            assert!(svg.contains("href=\"data:image/png;base64,"), "no image");
        }
        if pane == "Channels" {
            // Nothing is clipped: the last layer's name is there.
            assert!(svg.contains("blocks.2.bn2</text>"));
        }
    }
}

#[test]
fn a_picture_has_a_name_of_its_own_and_replaces_no_file() {
    let mut app = paused();
    picture(&mut app, "Channels", "SVG");
    app.choose("Export", "A pane as a picture…");
    app.press("Channels as SVG");
    let name = "This system offers no file dialog (a desktop portal or zenity). Type the path:";
    app.settle();
    let suggested = format!("{}-channels.svg", app.run_view().name());
    let has_name = app.screen().iter().any(|line| line.contains(&suggested));
    let value = app.get_by_role_and_label(Role::TextInput, name);
    let value = egui_kittest::kittest::NodeT::accesskit_node(&value).value();
    let is_suggested = value.is_some_and(|value| value.ends_with(&suggested));
    assert!(has_name || is_suggested, "{:#?}", app.screen());
    let path = app.folder.path().join("Channels.svg");
    app.type_over(Role::TextInput, name, &path.display().to_string());
    assert!(app.says("There is something at"), "{:#?}", app.screen());
    app.press("Cancel");
}

fn click_twice(app: &mut App, tab: &str) {
    let pos = app.button(tab).rect().center();
    app.event(Event::PointerMoved(pos));
    for pressed in [true, false, true, false] {
        app.event(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    app.settle();
}

#[test]
fn a_double_click_on_a_tab_shows_its_pane_alone_and_escape_all_again() {
    let mut app = paused();
    let other = |app: &App| {
        app.query_by_role_and_label(Role::Button, "Switching off")
            .is_some()
    };
    assert!(other(&app));
    click_twice(&mut app, "Channels");
    assert!(!other(&app), "{:#?}", app.screen());
    app.get_by_role_and_label(Role::Button, "Channels");
    // What lies over it is closed first.
    app.command(Key::K);
    app.key(Key::Escape);
    assert!(!other(&app));
    app.key(Key::Escape);
    assert!(other(&app));
    click_twice(&mut app, "Switching off");
    assert!(
        app.query_by_role_and_label(Role::Button, "Channels")
            .is_none()
    );
    app.shell_mut().show_view(ViewId::Curves);
    app.settle();
    app.get_by_role_and_label(Role::Button, "Curves");
    click_twice(&mut app, "Curves");
    assert!(other(&app), "again brings all back");
}

#[test]
fn f11_asks_for_the_whole_screen() {
    let mut app = App::new();
    // Only pressed: each event has a frame of its own, and the last frame's commands are kept.
    app.input_mut().events.push(Event::Key {
        key: Key::F11,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    app.step();
    let commands = &app.output().viewport_output[&ViewportId::ROOT].commands;
    let asked = ViewportCommand::Fullscreen(true);
    assert!(commands.contains(&asked), "{commands:?}");
}
