//! Keyboard, focus, and a form that is only to be read.

use bnonly::app::setup::Setup;
use bnonly::app::setup::presets::Preset;
use bnonly::train::settings::Settings;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{NUMBER, Panel, TEXT, click, field, form, form_of, pick, says, settings, settle};

#[test]
fn the_keyboard_reaches_the_fields_in_their_order() {
    let mut form = form(Setup::default());
    let mut order: Vec<String> = Vec::new();
    for _ in 0..60 {
        form.key_press(Key::Tab);
        form.run();
        let focused = form
            .root()
            .children_recursive()
            .find(|node| node.is_focused());
        let name = focused.and_then(|node| node.accesskit_node().label());
        order.extend(name);
    }
    let expected = [
        "Preset",
        "Data",
        "Images",
        "Folder…",
        "Archive or file…",
        "Network",
        "Width",
        "Shortcuts",
        "Trains",
        "γ and β start",
        "Train for",
        "Batch",
        "Optimiser",
        "Learning rate",
        "Schedule",
        "At epochs",
        "Factor",
        "Seed",
        "Adapter",
        "Runs go to",
        "Memory by part",
    ];
    let start = order.iter().position(|name| name == "Preset");
    let mut rest = order[start.expect("the first field is reached")..].iter();
    for name in expected {
        assert!(
            rest.any(|reached| reached == name),
            "{name} is not reached in order: {order:?}"
        );
    }
}

#[test]
fn a_run_under_way_leaves_the_form_to_be_read() {
    let panel = Panel {
        setup: Setup::default(),
        adapters: Vec::new(),
        locked: true,
        replies: Vec::new(),
    };
    let mut form = form_of(panel);
    assert!(says(&form, "A run is under way"));
    for (role, name) in [
        (NUMBER, "Batch"),
        (TEXT, "Network"),
        (Role::ComboBox, "Trains"),
        (Role::ComboBox, "Preset"),
    ] {
        assert!(
            field(&form, role, name).accesskit_node().is_disabled(),
            "{name}"
        );
    }
    click(&mut form, Role::CheckBox, "Shortcuts");
    click(&mut form, Role::Button, "Another seed, by chance");
    assert_eq!(*settings(&form), Settings::default());
    // Parts still fold.
    click(&mut form, Role::DisclosureTriangle, "Training");
    assert!(form.query_by_role_and_label(NUMBER, "Batch").is_none());
    form.state_mut().locked = false;
    settle(&mut form);
    click(&mut form, Role::CheckBox, "Shortcuts");
    assert!(!settings(&form).shortcut);
}

/// What is told or explained above a field comes and goes while it is typed into.
#[test]
fn a_field_keeps_the_focus_while_others_are_commented_on() {
    let mut form = form(Setup::default());
    pick(&mut form, "Preset", "First look");
    for (role, name) in [(TEXT, "Network"), (NUMBER, "Batch"), (TEXT, "Seed")] {
        field(&form, role, name).focus();
        form.run();
        for letter in ["4", "x", "5"] {
            form.event(egui::Event::Text(letter.to_owned()));
            settle(&mut form);
            let is_focused = form.root().children_recursive().any(|node| {
                node.is_focused() && node.accesskit_node().label().as_deref() == Some(name)
            });
            assert!(is_focused, "{name} after {letter}");
        }
        form.key_press(Key::Escape);
        let preset = Preset::named("First look").unwrap();
        form.state_mut().setup.apply(preset);
        settle(&mut form);
    }
}

/// egui's scroll bar lies over what it scrolls, if it is left to.
#[test]
fn the_scroll_bar_covers_no_control() {
    let ui = |ui: &mut egui::Ui, setup: &mut Setup| {
        setup.ui(ui, &[], false);
    };
    let harness = Harness::builder().with_size([280.0, 420.0]);
    let mut harness = harness.build_ui_state(ui, Setup::default());
    harness.run();
    for name in ["Usual networks", "Usual widths"] {
        harness.get_by_role_and_label(Role::Button, name).click();
        harness.run();
        let entry = if name == "Usual widths" {
            "64 channels"
        } else {
            "resnet-20"
        };
        harness.get_by_role_and_label(Role::Button, entry).click();
        harness.run();
    }
    let settings = harness.state().settings();
    assert_eq!(
        (settings.model.to_string().as_str(), settings.width),
        ("resnet-20", Some(64))
    );
}
