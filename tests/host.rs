//! What needs no GPU: data sets, networks, the files of a run, the texts of kernels, and the float64 twins of
//! kernels.

mod reference;

mod data;
mod network;
mod shaders;
mod train;
mod twins;
