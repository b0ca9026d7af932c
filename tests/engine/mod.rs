//! The engine against PyTorch's runs, and its own promises.

mod gradients;
mod half;
mod plans;
mod repeatable;
mod runs;
mod snapshots;
pub mod support;
mod trained_sets;
pub mod twin;
mod work;
