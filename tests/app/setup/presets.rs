//! The article's comparisons, as settings.

use bnonly::app::setup::Setup;
use bnonly::app::setup::presets::{self, Preset};
use bnonly::data::DataSource;
use bnonly::train::schedule::Schedule;
use bnonly::train::settings::{OptimizerKind, Settings};
use bnonly::train::start;
use egui_kittest::kittest::NodeT;

use super::{NUMBER, TEXT, field, form, pick, problem, says, settings, type_into};

#[test]
fn presets_change_only_what_they_are_about() {
    let mine = Settings {
        data: "/my/images".into(),
        seed: 17,
        epochs: 5,
        max_steps: Some(123),
        limit_train: Some(1_000),
        limit_test: Some(100),
        batch_size: 32,
        lr: 0.05,
        model: "vgg-11".parse().unwrap(),
        ..Settings::default()
    };
    for preset in presets::ALL {
        let mut changed = mine.clone();
        preset.apply(&mut changed);
        assert!(preset.is_applied(&changed), "{}", preset.name);
        start::check(&changed).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert_eq!(
            (&changed.data, changed.seed),
            (&mine.data, 17),
            "{}",
            preset.name
        );
        assert!(!preset.about.is_empty());
        if preset.group == "Whole runs" {
            continue;
        }
        let back = Settings {
            model: mine.model,
            width: mine.width,
            shortcut: mine.shortcut,
            bn_after_activation: mine.bn_after_activation,
            train: mine.train.clone(),
            bn_init: mine.bn_init,
            ..changed
        };
        assert_eq!(back, mine, "{}", preset.name);
    }
}

#[test]
fn a_preset_is_named_as_long_as_the_settings_are_its() {
    let mut form = form(Setup::default());
    pick(&mut form, "Preset", "First look");
    let seen = settings(&form);
    assert_eq!(
        (
            seen.model.to_string().as_str(),
            seen.epochs,
            seen.limit_train
        ),
        ("resnet-14", 3, Some(14_000))
    );
    assert_eq!(
        (seen.optimizer, &seen.schedule),
        (OptimizerKind::Adam, &Schedule::OneCycle)
    );
    let about = Preset::named("First look").unwrap().about;
    assert!(says(&form, &about[..40]));
    type_into(&mut form, NUMBER, "Batch", "17");
    assert!(!says(&form, &about[..40]));
    pick(&mut form, "Preset", "The paper's recipe");
    let seen = settings(&form);
    assert_eq!((seen.epochs, seen.batch_size, seen.lr), (160, 128, 0.1));
    assert_eq!(seen.schedule, Schedule::Step(vec![80, 120]));
    assert_eq!(seen.limit_train, None);
    let milestones = field(&form, TEXT, "At epochs").accesskit_node().value();
    assert_eq!(milestones.as_deref(), Some("80, 120"));
}

/// Digits are what the first look is made for; a person's own images stay.
#[test]
fn the_first_look_takes_digits_in_place_of_shapes() {
    let first_look = Preset::named("First look").unwrap();
    for (before, after) in [
        ("shapes", "digits"),
        ("digits", "digits"),
        ("/mine", "/mine"),
    ] {
        let mut settings = Settings {
            data: before.into(),
            ..Settings::default()
        };
        first_look.apply(&mut settings);
        assert_eq!(settings.data, after.into());
    }
}

#[test]
fn a_preset_takes_a_half_typed_value_away() {
    let mut form = form(Setup::default());
    type_into(&mut form, TEXT, "Seed", "not yet");
    assert!(problem(&form).is_some());
    pick(&mut form, "Preset", "Everything");
    assert_eq!(problem(&form), None);
    assert_eq!(
        field(&form, TEXT, "Seed")
            .accesskit_node()
            .value()
            .as_deref(),
        Some("0")
    );
}

#[test]
fn the_first_form_is_a_first_look() {
    let setup = Setup::first();
    assert_eq!(setup.settings().data, DataSource::Digits);
    assert_eq!(setup.settings().model.to_string(), "resnet-14");
}
