//! The interface: its views and the whole of it, with the real widgets.
#![cfg(feature = "app")]

mod channels;
mod curves;
mod setup;
mod switching_off;
