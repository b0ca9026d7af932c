//! The engine against PyTorch's runs, and its own promises.

#[path = "../reference/mod.rs"]
mod reference;

mod runs;
mod support;
