//! Experiments: a question, arms that differ in one thing, several seeds, and a rule that answers.
//!
//! [`definition`] is what a file says, `read` reads it ([`overlay`] the settings in it, [`error`] says what is wrong),
//! [`shipped`] has those that come with the program; [`plan`] lays out all runs at a scale, [`folder`] keeps them;
//! [`conduct`] says which is next and takes in what ended; [`results`] is what a run came to, [`measure`] takes that from its
//! folder; [`estimate`] says how long it will take;
//! [`statistics`] and [`verdict`] answer, [`report`] says it.

pub mod conduct;
pub mod definition;
pub mod error;
pub mod estimate;
pub mod folder;
pub mod measure;
pub mod overlay;
pub mod plan;
mod read;
pub mod report;
pub mod results;
pub mod shipped;
pub mod statistics;
pub mod verdict;
