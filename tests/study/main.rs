//! What is worked out about a trained network.
