//! The threshold, and what switching channels off does to accuracy.
