//! The files of a run, and its settings.

mod beginning;
mod checkpoint;
mod foreign_states;
mod manifest;
mod plot;
mod run;
mod runs;
mod settings;
mod summary;
