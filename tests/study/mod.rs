//! What is worked out about a trained network.

mod ablation;
mod accuracy;
mod answers;
mod bench;
mod feature_maps;
