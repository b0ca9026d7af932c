//! The form is remembered; what cannot be read back takes its default.

use bnonly::app::setup::Setup;
use bnonly::app::setup::presets::Preset;
use bnonly::network::{Architecture, Options};
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{NUMBER, click, form, pick, settings, type_into};

fn stored(setup: &Setup) -> String {
    serde_json::to_string(setup).unwrap()
}

fn read_back(stored: &str) -> Setup {
    serde_json::from_str(stored).unwrap()
}

#[test]
fn all_that_was_chosen_comes_back() {
    let mut form_before = form(Setup::default());
    pick(&mut form_before, "Preset", "First look");
    click(
        &mut form_before,
        Role::DisclosureTriangle,
        "Device and folder",
    );
    form_before.state_mut().setup.set_data("/my/images");
    let network = Architecture::parse("cifar-resnet20", Options::default()).unwrap();
    form_before
        .state_mut()
        .setup
        .set_init("/my/state.safetensors".as_ref(), Some(network));
    let before = &form_before.state().setup;
    assert_eq!(before.settings().model.to_string(), "cifar-resnet20");
    let after = form(read_back(&stored(before)));
    assert_eq!(settings(&after), before.settings());
    assert_eq!(after.state().setup.adapter(), before.adapter());
    assert_eq!(after.state().setup.runs_folder(), before.runs_folder());
    assert!(
        after
            .query_by_role_and_label(Role::ComboBox, "Adapter")
            .is_none()
    );
    assert!(
        after
            .query_by_role_and_label(Role::ComboBox, "Optimiser")
            .is_some()
    );
    assert_eq!(stored(&after.state().setup), stored(before));
}

#[test]
fn entries_that_are_unknown_or_wrong_take_their_default() {
    let text = r#"
        runs = 7
        recent = "no list"
        open = { Data = "perhaps" }
        backend = "glide"
        preset = "Nothing of this name"
        colour = "blue"
        [settings]
        model = "resnet-20"
        epochs = "many"
        schedule = "up:and,down"
        from-a-later-version = true
        seed = -4
        lr = 0.3
    "#;
    let setup = Setup::from_text(text);
    let expected = Settings {
        model: "resnet-20".parse().unwrap(),
        lr: 0.3,
        ..Settings::default()
    };
    assert_eq!(*setup.settings(), expected);
    assert_eq!(setup.runs_folder(), Setup::default().runs_folder());
}

#[test]
fn what_is_no_form_at_all_is_the_default() {
    for text in ["", "{", "settings = 3", "[settings", "\u{0}\u{1}"] {
        let setup = Setup::from_text(text);
        assert_eq!(setup.to_text(), Setup::default().to_text(), "{text:?}");
    }
}

#[test]
fn numbers_that_no_run_can_use_are_told_and_can_be_mended() {
    let mut form = form(Setup::from_text("[settings]\nlr = nan"));
    let found = form.state().setup.problem().unwrap();
    assert!(found.contains("Learning rate: NaN"), "{found}");
    type_into(&mut form, NUMBER, "Learning rate", "0.1");
    assert_eq!(form.state().setup.problem(), None);
}

#[test]
fn a_stored_preset_is_explained_again() {
    let mut setup = Setup::default();
    let preset = Preset::named("Shortcuts off").unwrap();
    setup.apply(preset);
    let form = form(read_back(&stored(&setup)));
    assert!(form.query_by_label(preset.about).is_some());
}
