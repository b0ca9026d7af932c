//! What is told lies over the rest and moves none of it.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, Begin, endless};
use bnonly::session::Phase;

/// Where everything is that is there without notices: role, name and place.
fn places(app: &App) -> Vec<(Role, String, egui::Rect)> {
    let nodes = app.root().children_recursive();
    let named = nodes.filter_map(|node| {
        let name = node.accesskit_node().label()?;
        Some((node.accesskit_node().role(), name, node.rect()))
    });
    named.collect()
}

#[test]
fn notices_move_nothing_and_are_within_a_small_window() {
    let size = egui::vec2(1024.0, 600.0);
    let mut app = Begin {
        size,
        ..Begin::default()
    }
    .app();
    app.until("what it takes is worked out", |app| {
        app.says("168 (3.22 %)")
    });
    app.settle();
    let before = places(&app);
    let long = "A sentence that is much too long for one line of a small window. ".repeat(6);
    let told = ["first".to_owned(), long, "third".into(), "last".into()];
    for text in &told {
        app.shell_mut().complain(text);
    }
    app.settle();
    app.settle();
    let after = places(&app);
    for place in &before {
        assert!(after.contains(place), "moved: {place:?}");
    }
    for text in &told {
        let rect = app.get_by_label(text.as_str()).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= size.x, "{rect:?}");
        assert!(rect.width() < 450.0, "it wraps: {rect:?}");
    }
    let path = std::env::temp_dir().join("notices-1024.png");
    if let (Ok(image), true) = (app.render(), std::env::var_os("BNONLY_LOOK").is_some()) {
        image.save(&path).unwrap();
    }
    for _ in &told {
        app.press_last("Dismiss");
    }
    assert_eq!(app.notice(), None);
}

#[test]
fn keys_do_nothing_while_something_is_asked() {
    let mut app = App::new();
    app.command(Key::O);
    app.settle();
    assert!(app.says("Type the path"));
    app.key(Key::F5);
    assert!(app.says("no run yet"));
    app.key(Key::Escape);
    app.command(Key::K);
    app.key(Key::F5);
    assert!(app.says("no run yet"));
    app.key(Key::Escape);
    assert!(app.says("no run yet"));
}

#[test]
fn the_key_that_starts_asks_while_a_run_is_under_way() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(1);
    app.key(Key::F6);
    app.until_phase(Phase::Paused);
    let run = app.run_folder();
    app.key(Key::F5);
    assert!(app.says("Start another run?") && app.says("can be resumed"));
    // What is pressed without a thought keeps it.
    app.key(Key::Escape);
    assert!(!app.says("Start another run?"));
    app.key(Key::F5);
    app.key(Key::Enter);
    assert!(!app.says("Start another run?"));
    assert_eq!(
        (app.run_folder(), app.run_view().phase),
        (run.clone(), Some(Phase::Paused))
    );

    app.key(Key::F5);
    app.press("Start another");
    app.until("another run", |app| {
        let shown = app.shell().run_view();
        shown.is_some_and(|shown| shown.folder != run)
    });
    app.key(Key::F8);
    app.until_ended("stopped and saved");
}
