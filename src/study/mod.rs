//! What training did to γ, and what becomes of a network whose channels are switched off.
//!
//! [`gamma`] counts, [`ablation`] switches off, [`probe`] measures what is left.

pub mod ablation;
pub mod gamma;
pub mod probe;
