//! The interface: views of a session, and the shell that holds them.
//!
//! Each view is a type that keeps what the reader chose in it, with a method `ui` that draws what it
//! is given and returns what the reader asks for; none of them knows the session or a GPU.

pub mod action;
pub mod bars;
pub mod channels;
pub mod comparison;
pub mod curves;
pub mod dialog;
pub mod export;
pub mod following;
mod icons;
pub mod inside;
pub mod notice;
pub mod palette;
pub mod panes;
pub mod setup;
pub mod shell;
pub mod speed;
pub mod switching_off;
pub mod theme;
pub mod toolbar;
pub mod tour;
pub mod window;
