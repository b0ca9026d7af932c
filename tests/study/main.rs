//! What is worked out about a trained network.

// These tests wait for the GPU themselves, and run natively alone.
#[allow(unused_imports)]
#[path = "../everywhere/mod.rs"]
mod everywhere;
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
