//! The interface: its views and the whole of it, with the real widgets.
#![cfg(feature = "app")]

mod channels;
mod curves;
mod experiments;
mod fonts;
mod inside;
mod pane_picture;
mod runs;
mod setup;
mod support;
mod switching_off;
mod whole;
