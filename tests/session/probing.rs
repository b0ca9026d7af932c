//! Looking at what was trained, while training goes on.
