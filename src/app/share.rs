//! The share of channels with |γ| below the threshold, over the course of a run.
