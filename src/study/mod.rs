//! What training did to a network, as numbers.
//!
//! [`gamma`]: how far the scales γ of its BatchNorms have gone to zero.

pub mod gamma;
