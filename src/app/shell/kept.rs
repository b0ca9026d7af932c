//! What is kept from one start of the app to the next.

use eframe::Storage;
use serde::de::DeserializeOwned;

use super::Shell;
use crate::app::panes;

impl Shell {
    pub(super) fn recall(&mut self, storage: &dyn Storage) {
        /// What was kept under a name; what cannot be read any more is as at first.
        fn take<T: DeserializeOwned>(storage: &dyn Storage, name: &str, into: &mut T) {
            if let Some(kept) = eframe::get_value(storage, name) {
                *into = kept;
            }
        }
        take(storage, "setup", &mut self.setup);
        take(storage, "setup-shown", &mut self.is_setup_shown);
        take(storage, "curves", &mut self.views.curves);
        take(storage, "heat-map", &mut self.views.heat_map);
        take(storage, "layer", &mut self.views.layer);
        take(storage, "share", &mut self.views.share);
        take(storage, "switching-off", &mut self.views.switching_off);
        take(storage, "inside", &mut self.views.inside);
        take(storage, "tour", &mut self.tour);
        let layout = &mut self.layout;
        take(storage, "panes", &mut layout.wide);
        take(storage, "panes-tall", &mut layout.tall);
        take(storage, "pane", &mut layout.front);
        for tree in [&mut layout.wide, &mut layout.tall] {
            *tree = tree.take().filter(panes::is_whole);
        }
    }

    /// Keeps what the reader chose for the next start.
    pub fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, "setup", &self.setup);
        eframe::set_value(storage, "setup-shown", &self.is_setup_shown);
        eframe::set_value(storage, "curves", &self.views.curves);
        eframe::set_value(storage, "heat-map", &self.views.heat_map);
        eframe::set_value(storage, "layer", &self.views.layer);
        eframe::set_value(storage, "share", &self.views.share);
        eframe::set_value(storage, "switching-off", &self.views.switching_off);
        eframe::set_value(storage, "inside", &self.views.inside);
        eframe::set_value(storage, "tour", &self.tour);
        eframe::set_value(storage, "panes", &self.layout.wide);
        eframe::set_value(storage, "panes-tall", &self.layout.tall);
        eframe::set_value(storage, "pane", &self.layout.front);
    }
}
