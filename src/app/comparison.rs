//! What a page of the tour sets up: runs one after another, and the view to look at.

use super::setup::Setup;
use super::setup::presets::Preset;
use super::tour::Comparison;
use super::views::ViewId;
use crate::train::settings::Settings;

/// The preset that the app begins with where nothing was kept.
const FIRST: &str = "First look";

/// The form at the first start: something that shows itself in a minute.
pub fn first_setup() -> Setup {
    let mut setup = Setup::default();
    if let Some(preset) = Preset::named(FIRST) {
        setup.apply(preset);
    }
    setup
}

/// The presets whose runs a comparison lays side by side, in the order they run.
fn presets(comparison: Comparison) -> &'static [&'static str] {
    match comparison {
        Comparison::DisabledFeatures | Comparison::RemovedFeatures => &["BatchNorm only"],
        Comparison::AffineParameters => {
            &["BatchNorm only", "γ only", "β only", "Output layer only"]
        }
        Comparison::Representations => &["Output layer only", "BatchNorm only"],
        Comparison::RandomFeatures => &["Two random weights a channel", "BatchNorm only"],
        Comparison::BeforeActivation => &[
            "BatchNorm after the activation",
            "With shortcuts, BatchNorm first",
        ],
        Comparison::DepthAgainstWidth => &["ResNet-14, width 32", "ResNet-32"],
        Comparison::Shortcuts => &["With shortcuts, BatchNorm first", "Shortcuts off"],
        Comparison::FewParameters => &["BatchNorm only", "Everything"],
    }
}

/// What the runs of a comparison are called, in the order they run.
pub fn names(comparison: Comparison) -> Vec<String> {
    presets(comparison)
        .iter()
        .map(|name| (*name).to_owned())
        .collect()
}

/// Whether a comparison needs no run of its own where there is one to look at.
pub fn looks_at_the_last_run(comparison: Comparison) -> bool {
    comparison == Comparison::RemovedFeatures
}

/// The settings of a comparison's runs: those of the form but for what is compared.
pub fn runs(comparison: Comparison, form: &Settings) -> Vec<Settings> {
    let mut plain = form.clone();
    // What an earlier comparison changed is not part of this one.
    for name in ["BatchNorm only", "With shortcuts, BatchNorm first"] {
        if let Some(preset) = Preset::named(name) {
            preset.apply(&mut plain);
        }
    }
    let presets = presets(comparison)
        .iter()
        .filter_map(|name| Preset::named(name));
    presets
        .map(|preset| {
            let mut settings = plain.clone();
            preset.apply(&mut settings);
            settings
        })
        .collect()
}

/// Where a comparison is to be seen.
pub fn view(comparison: Comparison) -> ViewId {
    match comparison {
        Comparison::DisabledFeatures => ViewId::Channels,
        Comparison::RemovedFeatures => ViewId::SwitchingOff,
        Comparison::Representations => ViewId::Images,
        Comparison::AffineParameters
        | Comparison::RandomFeatures
        | Comparison::BeforeActivation
        | Comparison::DepthAgainstWidth
        | Comparison::Shortcuts
        | Comparison::FewParameters => ViewId::Curves,
    }
}

#[cfg(test)]
mod tests {
    use super::{first_setup, presets, runs};
    use crate::app::setup::presets::Preset;
    use crate::app::tour::STEPS;
    use crate::data::DataSource;
    use crate::train::settings::Settings;
    use crate::train::start::check;

    #[test]
    fn every_page_sets_up_runs_that_can_start_and_differ() {
        for step in STEPS {
            let names = presets(step.sets_up);
            assert!(
                names.iter().all(|name| Preset::named(name).is_some()),
                "{names:?}"
            );
            let runs = runs(step.sets_up, &Settings::default());
            assert_eq!(runs.len(), names.len());
            assert!(runs.iter().all(|settings| check(settings).is_ok()));
            for (at, run) in runs.iter().enumerate() {
                assert!(!runs[..at].contains(run), "{names:?}");
                assert_eq!((run.seed, &run.data), (0, &DataSource::Digits));
            }
        }
    }

    #[test]
    fn the_first_form_is_a_first_look() {
        let setup = first_setup();
        assert_eq!(setup.settings().data, DataSource::Digits);
        assert_eq!(setup.settings().model.to_string(), "resnet-14");
    }
}
