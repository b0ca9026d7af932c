//! Settings, training, and what a run leaves on disk.
//!
//! Read in this order: [`settings`] (all that defines a run), [`table`] (what is known of each
//! [`setting`]), `config` (settings in a file), [`link`] (settings in a link), [`schedule`] (the learning rate at
//! each step), [`longer`] (what becomes of it in a run that goes on), [`batches`] (how an epoch is cut), [`start`]
//! (what a run begins with, [`advice`] what is worth a word then), [`trainer`] (its steps, `stopwatch` their seconds, [`peers`] who shares them), [`metric`] (what it reports, [`metrics_file`] in a file), [`tensor_file`]
//! (named tensors in files: safetensors, and what `torch.save` writes), [`checkpoint`]
//! and [`delta`] (a training, and what it changed, as such files), [`saved`] (any of them), [`inspect`] (what such a file holds),
//! [`run_folder`] (where all of it is kept), [`manifest`] (the files it was trained and tested on), [`gamma_history`] (γ and
//! β over its course, `gamma_log` while it goes on), [`history`] (what it reported, so that a million steps draw
//! at once), [`read_run`] (all that a folder tells of a run, quickly), [`plot`] (the pictures at its end), [`run`] (a
//! training into a folder, from start to end), [`runs`] (which there are, and how they compare). [`mod@recalibrate`] and
//! [`mod@adapt`] change a network without a run.

pub mod adapt;
pub mod advice;
pub mod atomic_file;
pub mod batches;
pub mod checkpoint;
mod choices;
mod config;
pub mod delta;
pub mod gamma_history;
mod gamma_log;
pub mod history;
pub mod inspect;
pub mod link;
pub mod longer;
pub mod manifest;
pub mod metric;
pub mod metrics_file;
pub mod nearest;
pub mod peers;
pub mod plot;
pub mod read_run;
pub mod recalibrate;
pub mod run;
pub mod run_folder;
pub mod runs;
pub mod saved;
pub mod schedule;
pub mod setting;
pub mod settings;
pub mod start;
mod stopwatch;
pub mod summary;
pub mod table;
pub mod tensor_file;
pub mod trainer;
