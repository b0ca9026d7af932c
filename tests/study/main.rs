//! What is worked out about a trained network.

#[path = "../reference/mod.rs"]
mod reference;
// The engine's tests use the rest of it.
#[allow(dead_code)]
#[path = "../engine/support.rs"]
mod support;
#[allow(dead_code)]
#[path = "../engine/twin.rs"]
mod twin;

mod ablation;
mod accuracy;
mod answers;
mod bench;
mod feature_maps;
