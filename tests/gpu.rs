//! What needs a GPU, or a driver that computes as one: kernels and whole steps, natively and in a browser;
//! probing, sessions and the examples, natively. All of it is one program, so that its tests share a device and what that has
//! compiled.

mod everywhere;
mod reference;

mod engine;
#[cfg(not(target_arch = "wasm32"))]
mod examples;
mod kernels;
#[cfg(not(target_arch = "wasm32"))]
mod session;
#[cfg(not(target_arch = "wasm32"))]
mod study;
