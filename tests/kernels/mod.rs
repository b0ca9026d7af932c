//! The kernels on the adapter of this machine, natively and in a browser, against PyTorch's fixtures and against the float64
//! twins of `tests/reference/` on random shapes.
//!
//! [`bench`] runs one kernel on values from the host and reads back what it wrote; [`blocked`]
//! converts between `[N, C, H, W]` and the kernels' layout; [`random`] draws values and shapes. Then a
//! file a family: [`conv`], [`batch_norm`], [`head`] (output layer and loss), [`optimizer`],
//! [`elementwise`], [`pool`], [`shortcut`], [`input`]; [`half`] runs them over images in f16; [`fixtures`] holds the same runners against PyTorch, and
//! [`many_workgroups`] dispatches more workgroups than one dimension takes.

mod batch_norm;
mod bench;
mod blocked;
mod conv;
mod conv_batch_norm;
mod elementwise;
mod fixtures;
mod half;
mod head;
mod input;
mod many_workgroups;
mod not_a_number;
mod optimizer;
mod pool;
mod random;
mod shortcut;
