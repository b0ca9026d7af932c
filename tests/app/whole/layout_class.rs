//! Small windows and large text: nothing stands over anything else or outside, and no two widgets are
//! taken for one.

use bnonly::session::Phase;
use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Key, Vec2};
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

/// Controls that reach out of the window, or from the left panes into the right ones, where they are cut
/// off; unless they stand in a window above the panes.
fn cut_off(app: &App) -> Vec<String> {
    let roles = [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::Meter,
        Role::RadioButton,
        Role::Slider,
        Role::SpinButton,
        Role::TextInput,
    ];
    let window = app.ctx.content_rect();
    let right_panes = app.button("Switching off").rect();
    let nodes = app.root().children_recursive();
    let controls = nodes.filter(|node| roles.contains(&node.accesskit_node().role()));
    let cut = controls.filter_map(|node| {
        let rect = node.rect();
        // Pixels are cut, not what rounding leaves of them.
        let reaches = |edge: f32| rect.left() < edge - 1.0 && rect.right() > edge + 1.0;
        let is_pane = rect.top() >= right_panes.top();
        let is_cut = reaches(window.right()) || is_pane && reaches(right_panes.left());
        let label = node.accesskit_node().label()?;
        is_cut.then(|| format!("{label} at {rect:?}"))
    });
    cut.collect()
}

/// What is wrong with what is drawn now.
fn problems(app: &mut App, state: &str) -> Vec<String> {
    app.settle();
    app.step();
    let window = app.ctx.content_rect();
    let buttons = ["▶ Start", "▶▮ Step", "■ Stop"];
    let outside = buttons.into_iter().filter(|button| {
        let rect = app.get_by_role_and_label(Role::Button, button).rect();
        !window.contains_rect(rect)
    });
    let outside = outside.map(str::to_owned).collect();
    let kinds = [
        ("egui warns", warnings(app)),
        ("cut off", cut_off(app)),
        ("outside", outside),
        ("without a name", app.unnamed_widgets()),
    ];
    let found = kinds.into_iter().flat_map(|(kind, found)| {
        let said = move |found| format!("{state}: {kind}: {found}");
        found.into_iter().map(said)
    });
    found.collect()
}

/// All panes at one size, in pixels, and zoom.
fn check(size: Vec2, zoom: f32) {
    let mut app = Begin {
        size: size / zoom,
        ..Begin::default()
    }
    .app();
    let mut found = problems(&mut app, "before a run");
    app.key(Key::F7);
    app.until_step(1);
    app.until_phase(Phase::Paused);
    found.extend(problems(&mut app, "paused"));
    for pane in ["Share off", "Layer", "Images", "Experiments"] {
        app.press(pane);
        found.extend(problems(&mut app, pane));
    }
    app.command(Key::K);
    let warned = warnings(&app);
    found.extend(warned.into_iter().map(|found| format!("commands: {found}")));
    assert!(found.is_empty(), "{size:?} at {zoom}: {found:#?}");
}

#[test]
fn everything_has_its_place_in_a_usual_window() {
    check(Vec2::new(1280.0, 800.0), 1.0);
}

#[test]
fn everything_has_its_place_in_a_small_window() {
    check(Vec2::new(1024.0, 600.0), 1.0);
}

#[test]
fn everything_has_its_place_with_small_text() {
    check(Vec2::new(1280.0, 800.0), 0.8);
}

#[test]
fn everything_has_its_place_with_large_text() {
    check(Vec2::new(1280.0, 800.0), 1.5);
}

#[test]
fn the_bar_at_the_top_says_what_goes_on_however_narrow_it_is() {
    for width in [1280.0, 1024.0, 853.0, 640.0] {
        let mut app = Begin {
            size: Vec2::new(width, 533.0),
            ..Begin::default()
        }
        .app();
        app.press("▶ Start");
        app.until_ended("finished");
        app.settle();
        let words = app.get_by_label("finished").rect();
        let progress = app.get_by_role(Role::ProgressIndicator).rect();
        assert!(
            !words.shrink(1.0).intersects(progress),
            "{width}: {words:?} {progress:?}"
        );
    }
}
