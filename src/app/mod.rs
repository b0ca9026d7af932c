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
pub mod heat_map;
pub mod history;
pub mod inside;
pub mod layer;
pub mod norm_history;
pub mod notice;
pub mod palette;
pub mod panes;
pub mod presets;
pub mod scrub;
pub mod setup;
mod setup_data;
mod setup_device;
mod setup_fields;
pub mod setup_needs;
mod setup_network;
pub mod setup_problem;
mod setup_shape;
mod setup_stored;
mod setup_summary;
mod setup_training;
pub mod share;
pub mod shell;
pub mod speed;
mod still_plot;
pub mod switching_off;
pub mod theme;
pub mod toolbar;
pub mod tour;
pub mod window;
