//! The experiments that come with the program.

use super::definition::Experiment;

/// The experiments that come with the program, by name.
const SHIPPED: [&str; 9] = [
    include_str!("../../assets/experiments/disables-features.toml"),
    include_str!("../../assets/experiments/affine-matters.toml"),
    include_str!("../../assets/experiments/better-representations.toml"),
    include_str!("../../assets/experiments/random-features.toml"),
    include_str!("../../assets/experiments/bn-before-activation.toml"),
    include_str!("../../assets/experiments/depth-vs-width.toml"),
    include_str!("../../assets/experiments/removable-features.toml"),
    include_str!("../../assets/experiments/shortcuts.toml"),
    include_str!("../../assets/experiments/few-parameters.toml"),
];

/// The experiments that come with the program.
///
/// # Panics
/// Never: a test reads them all.
pub fn shipped() -> Vec<Experiment> {
    let read = |text: &&str| Experiment::from_toml(text).expect("a shipped experiment reads");
    SHIPPED.iter().map(read).collect()
}

/// The shipped one of this name.
pub fn shipped_named(name: &str) -> Option<Experiment> {
    shipped()
        .into_iter()
        .find(|experiment| experiment.name == name)
}
