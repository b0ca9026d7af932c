//! What needs no GPU: data sets, networks, the files of a run, the texts of kernels, the float64 twins of
//! kernels, and how `src/` is laid out.

mod reference;

mod data;
mod experiment;
mod network;
mod shaders;
mod structure;
mod train;
mod twins;
