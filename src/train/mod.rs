//! Settings, training, and what a run leaves on disk.
//!
//! Read in this order: [`settings`] (all that defines a run), [`schedule`] (the learning rate at
//! each step), [`trainer`] (the loop), [`event`] (what it reports), [`checkpoint`] and [`run_folder`]
//! (what it leaves), [`plot`] (the pictures at its end).

pub mod checkpoint;
pub mod event;
pub mod plot;
pub mod run_folder;
pub mod schedule;
pub mod settings;
pub mod trainer;
