//! What the app has to know of a view: how it is named and placed, how it is drawn, what it is told,
//! what it asks of the prober, what it keeps. [`views`](super::views) has the list of all views.

use std::any::Any;

use eframe::Storage;
use egui::{Context, Ui};
use serde::de::DeserializeOwned;

use super::action::Action;
use super::shared::{News, Shared};
use crate::session::{Command, RequestId};

/// Where a view is at first. Views of one place are tabs of one group, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The course of the run: above, on the left.
    Course,
    /// The channels of the network: below, on the left.
    Channels,
    /// What is done to the network: on the right.
    Acting,
    /// What the network makes of images: on the right, below [`Acting`](Self::Acting) in a window that
    /// is tall enough, else behind it.
    Seeing,
}

/// A view: what the reader chose in it, and how to draw it. It is given what it draws, and talks
/// neither to the session nor to a GPU.
pub trait View: Any {
    /// What its tab says.
    fn title(&self) -> &'static str;

    /// A sign before the title, which the app's fonts have.
    fn icon(&self) -> &'static str;

    /// What it shows, in a sentence, for who points at its tab.
    fn help(&self) -> &'static str;

    /// Where it is at first.
    fn place(&self) -> Place;

    /// Height below which it is of no use, in points; it fills whatever there is above.
    fn least_height(&self) -> f32 {
        380.0
    }

    /// Whether it scrolls by itself where it is too high.
    fn scrolls(&self) -> bool {
        false
    }

    /// Whether it has nothing to draw while a run is prepared and none is shown.
    fn needs_a_run(&self) -> bool {
        true
    }

    /// Height of a picture of it that holds all there is, in points; what stays empty is cut off.
    fn picture_height(&self, _shared: &Shared) -> f32 {
        match self.scrolls() {
            true => 1_200.0,
            false => 640.0,
        }
    }

    /// Draws it, and gives what the reader asks of the app. What concerns other views too, such as a
    /// channel that is picked, goes into `shared`.
    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action>;

    /// Takes in what happened; `is_shown` says whether it is on the screen.
    fn take(&mut self, _news: &News<'_>, _is_shown: bool) {}

    /// What to ask of the prober, where something new is to be asked. It is called once a frame, shown
    /// or not, and what it gives is sent at once. `id` comes back with all that is found for it:
    /// [`Found::request`](crate::session::Found::request) of [`Event::Found`](crate::session::Event::Found).
    fn probe_request(
        &mut self,
        _ctx: &Context,
        _shared: &mut Shared,
        _id: RequestId,
    ) -> Option<Command> {
        None
    }

    /// Keeps what the reader chose for the next start, under a name of its own.
    fn keep(&self, _storage: &mut dyn Storage) {}

    /// Takes up what was kept.
    fn recall(&mut self, _storage: &dyn Storage) {}
}

/// Takes up what was kept under a name; what cannot be read any more stays as it is.
pub fn recall<T: DeserializeOwned>(storage: &dyn Storage, name: &str, into: &mut T) {
    if let Some(kept) = eframe::get_value(storage, name) {
        *into = kept;
    }
}
