//! Test images with the network's answers, and what a channel makes of one.
