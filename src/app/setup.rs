//! What to train: the form from data to adapter, and what it will take.
