//! γ and β over the course of a run, thinned so that memory stays bounded.
