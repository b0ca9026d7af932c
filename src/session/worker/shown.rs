//! A run that another program trains, shown and nothing else.

use std::sync::Arc;

use super::{Ending, Event, Opened, Request, SessionError, Worker};
use crate::train::gamma_history::{GammaLayer, gammas_path, read_gammas};
use crate::train::run_folder::read_events;

impl Worker {
    /// Shows a run that another program trains, and lets it be probed.
    pub(super) fn show(
        &mut self,
        mut opened: Opened,
        request: &Request,
    ) -> Result<Ending, SessionError> {
        let step = opened.start.progress.step;
        let past = read_events(&opened.folder).map_err(SessionError::Folder)?;
        // What came behind the checkpoint is not of the state that is shown.
        let before = past.iter().filter(|metric| metric.step() <= step);
        opened.past = before.collect();
        // The other program may be rewriting it: then its past is not shown.
        if let Ok(Some(mut gammas)) = read_gammas(&gammas_path(&opened.folder))
            && gammas.layers == GammaLayer::of(&opened.start.graph)
        {
            gammas.snapshots.retain(|snapshot| snapshot.step <= step);
            opened.past_gammas = Arc::new(gammas);
        }
        let opened = Arc::new(opened);
        self.reporter.send(Event::Opened(opened.clone()));
        // It is looked at once: nothing moves it.
        self.watch_begins(&opened, request)?;
        Ok(Ending::Interrupted)
    }
}
