//! The files of a run, and its settings.

mod beginning;
mod checkpoint;
mod foreign_states;
mod gamma_history;
mod inspect;
mod manifest;
mod plot;
mod read_run;
mod run;
mod runs;
mod settings;
mod summary;
mod torch_files;
