//! bnonly trains convolutional networks by their BatchNorm parameters alone (γ and β; every other
//! weight keeps its random value), on any GPU that speaks WebGPU.
//!
//! The modules, in the order data meets them; a module may use those above it, never those below:
//!
//! 0. [`platform`]: files, where there are any. [`numbers`]: as people read them. [`field`]: what a
//!    person can set, by name, and errors that say what to set otherwise.
//! 1. [`data`]: images and labels from files, batch order, augmentation draws.
//! 2. [`network`]: the network as a graph, its parameters, their first values, what may train.
//! 3. [`gpu`]: adapter, device, buffers, pipelines, readback.
//! 4. [`kernels`]: one file a kernel family, the host side of `shaders/`.
//! 5. [`engine`]: compiles graph, trained set and batch size into a fixed plan of dispatches.
//! 6. [`mod@bench`]: how fast an adapter, each kernel and whole steps are.
//! 7. [`study`]: what training did to γ, and what is left of a network with channels switched off.
//! 8. [`train`]: settings, trainer, metrics, checkpoints, run folder.
//! 9. [`session`]: a training and its probing as an actor: commands in, events out.
//! 10. [`experiment`]: several trainings that answer a question, with error bars.
//! 11. [`app`]: the interface, views of a session.
//! 12. `cli`: the command line. `web`: the page.

// They panic where nobody reads: see `cli::print`.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod bench;
pub mod data;
pub mod engine;
pub mod field;
pub mod gpu;
pub mod kernels;
pub mod network;
pub mod numbers;
pub mod platform;
pub mod study;
pub mod train;

#[cfg(feature = "app")]
pub mod app;
pub mod experiment;
pub mod session;

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
#[cfg(all(feature = "app", target_arch = "wasm32"))]
pub mod web;
