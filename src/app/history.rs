//! What a run reported, kept so that a million steps draw at once.
