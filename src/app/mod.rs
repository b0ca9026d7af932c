//! The interface: views of a session, and the shell that holds them.
//!
//! Each view is a type that keeps what the reader chose in it. It is a [`View`](view::View): that says
//! how it is named, placed, drawn, told and kept; none of them talks to the session or a GPU. Read in
//! this order:
//!
//! - the views: [`setup`] (what to train), [`curves`] (how it goes), [`channels`] (γ and β of every
//!   channel), [`switching_off`] (what is left without some), [`inside`] (what the network says of
//!   test images), [`experiments`] (questions that several runs answer), [`runs`] (which there are, side by side);
//! - around them: [`view`] says what a view is, [`views`] lists them, [`shared`] is what they share, with
//!   the run in it, which [`run_view`] keeps; [`panes`] lays them out, [`action`] is all that can be asked for, by [`toolbar`], keys or
//!   [`palette`]; [`shell`] holds it all and the session, [`window`] opens it;
//! - what they share: [`theme`] (colours), `icons`, [`bars`], `halves` and `focus` for drawing,
//!   [`outcome`] (what happened in a run that ended), [`layout_class`] (how large things are in a window of a size), [`touch`] (what hovers, for those who
//!   tap), [`spoken`] (for those who do not see), [`dialog`] and `dropping` for files, [`fonts`] for letters of all scripts, [`waiting`] for what a pane waits for, [`notice`] for what went wrong (`wording` says it), [`export`] and [`pane_picture`] for what is
//!   taken away.

pub mod action;
pub mod bars;
pub mod channels;
pub mod curves;
pub mod dialog;
mod dropping;
pub mod experiments;
pub mod export;
mod focus;
pub mod fonts;
mod halves;
mod icons;
pub mod inside;
pub mod layout_class;
pub mod notice;
pub mod outcome;
pub mod palette;
pub mod pane_picture;
pub mod panes;
mod question;
pub mod run_view;
pub mod runs;
pub mod setup;
pub mod shared;
pub mod shell;
pub mod speed;
pub mod spoken;
pub mod switching_off;
pub mod theme;
pub mod toolbar;
pub mod touch;
pub mod view;
pub mod views;
pub mod waiting;
#[cfg(not(target_arch = "wasm32"))]
pub mod window;
mod wording;
