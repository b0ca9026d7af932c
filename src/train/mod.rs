//! Settings, training, and what a run leaves on disk.
//!
//! Read in this order: [`settings`] (all that defines a run), [`schedule`] (the learning rate at
//! each step), [`trainer`] (the loop), [`event`] (what it reports), [`tensor_file`] (named tensors as
//! safetensors), [`checkpoint`] and [`delta`] (a training, and what it changed, as such files),
//! `run_folder` (where all of it is kept), [`plot`] (the pictures at its end).

#[cfg(not(target_arch = "wasm32"))]
pub mod atomic_file;
pub mod checkpoint;
pub mod delta;
pub mod event;
pub mod plot;
mod plot_gamma;
#[cfg(not(target_arch = "wasm32"))]
pub mod run_folder;
pub mod schedule;
pub mod settings;
pub mod tensor_file;
pub mod trainer;
