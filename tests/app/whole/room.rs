//! Small windows and large text: nothing stands over anything else or outside, and no two widgets are
//! taken for one.

use bnonly::session::Phase;
use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Key, Rect, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, Begin};

/// Texts that egui draws itself where two widgets have one identity, or a layout cannot work.
fn warnings(app: &App) -> Vec<String> {
    fn texts(shape: &Shape, found: &mut Vec<String>) {
        match shape {
            Shape::Text(text) => found.push(text.galley.text().to_owned()),
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for ClippedShape { shape, .. } in &app.output().shapes {
        texts(shape, &mut found);
    }
    let signs = ["use of", "Unaligned", "ID clash", "Double use", "Rect is"];
    found.retain(|text| signs.iter().any(|sign| text.contains(sign)));
    found
}

/// Controls outside the window, and pairs of buttons of the bar at the top that overlap.
fn outside(app: &App) -> Vec<String> {
    let window = app.ctx.content_rect().expand(1.0);
    let roles = [Role::Button, Role::CheckBox, Role::ComboBox, Role::Slider];
    let nodes = app.root().children_recursive();
    let controls = nodes.filter(|node| roles.contains(&node.accesskit_node().role()));
    let placed = controls.filter_map(|node| {
        let rect = node.rect();
        Some((node.accesskit_node().label()?, rect))
    });
    // What is scrolled out of sight lies below.
    let is_beside = |rect: &Rect| rect.right() > window.right() || rect.left() < window.left();
    let beside = placed.filter(|(_, rect)| is_beside(rect));
    beside
        .map(|(label, rect)| format!("{label} at {rect:?}"))
        .collect()
}

fn check(app: &mut App, what: &str) {
    app.settle();
    app.step();
    assert_eq!(warnings(app), [""; 0], "{what}");
    assert_eq!(outside(app), [""; 0], "{what}");
    for button in ["▶ Start", "▶▮ Step", "■ Stop"] {
        let rect = app.get_by_role_and_label(Role::Button, button).rect();
        let window = app.ctx.content_rect();
        assert!(window.contains_rect(rect), "{what}: {button} at {rect:?}");
    }
    let unnamed = app.unnamed_widgets();
    assert_eq!(unnamed, [""; 0], "{what}");
}

#[test]
fn everything_has_its_place_in_small_windows_and_with_large_text() {
    for (size, zoom) in [
        (Vec2::new(1280.0, 800.0), 1.0),
        (Vec2::new(1024.0, 600.0), 1.0),
        (Vec2::new(1280.0, 800.0), 1.5),
        (Vec2::new(1280.0, 800.0), 0.8),
    ] {
        let mut app = Begin {
            size: size / zoom,
            ..Begin::default()
        }
        .app();
        let what = |state: &str| format!("{state}, {size:?} at {zoom}");
        check(&mut app, &what("before a run"));
        app.key(Key::F7);
        app.until_step(1);
        app.until_phase(Phase::Paused);
        check(&mut app, &what("paused"));
        for pane in ["Share off", "Layer", "Images"] {
            app.press(pane);
            check(&mut app, &what(pane));
        }
        app.key(Key::F1);
        check(&mut app, &what("tour"));
        app.key(Key::F1);
        app.command(Key::K);
        check(&mut app, &what("commands"));
        app.key(Key::Escape);
    }
}
