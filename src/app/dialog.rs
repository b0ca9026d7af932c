//! Asking for a file or a folder without holding up a frame.
