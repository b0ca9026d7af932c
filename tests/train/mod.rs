//! The files of a run, and its settings.

mod checkpoint;
mod plot;
mod run;
mod settings;
