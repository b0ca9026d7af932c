//! What a person takes away: curves and γ as CSV and pictures, the state as safetensors.
