//! A training as an actor: what it does when told, what it tells, and what becomes of it when
//! something breaks.

mod commands;
mod failures;
mod probing;
mod support;
