//! The files of a run, and its settings.

mod checkpoint;
mod manifest;
mod plot;
mod run;
mod settings;
