//! What is kept from one start of the app to the next.

use eframe::Storage;

use super::Shell;
use crate::app::panes;
use crate::app::view::recall;

impl Shell {
    pub(super) fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, "setup", &mut self.setup);
        recall(storage, "setup-shown", &mut self.is_setup_shown);
        self.shared.recall(storage);
        self.views
            .iter_mut()
            .for_each(|(_, view)| view.recall(storage));
        let layout = &mut self.layout;
        recall(storage, "panes", &mut layout.wide);
        recall(storage, "panes-tall", &mut layout.tall);
        recall(storage, "pane", &mut layout.front);
        for tree in [&mut layout.wide, &mut layout.tall] {
            *tree = tree.take().filter(panes::is_whole);
        }
    }

    /// Keeps what the reader chose for the next start.
    pub fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, "setup", &self.setup);
        eframe::set_value(storage, "setup-shown", &self.is_setup_shown);
        self.shared.keep(storage);
        self.views.iter().for_each(|view| view.keep(storage));
        eframe::set_value(storage, "panes", &self.layout.wide);
        eframe::set_value(storage, "panes-tall", &self.layout.tall);
        eframe::set_value(storage, "pane", &self.layout.front);
    }
}
