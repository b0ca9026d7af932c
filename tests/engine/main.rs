//! The engine against PyTorch's runs, and its own promises.

#[path = "../everywhere/mod.rs"]
mod everywhere;
#[path = "../reference/mod.rs"]
mod reference;

mod gradients;
mod half;
mod plans;
mod repeatable;
mod runs;
mod support;
mod trained_sets;
mod twin;
mod work;
