//! What the views share: the run that is shown, runs to compare with, and what the reader chose that
//! concerns more than one view.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::Storage;
use egui::Ui;
use serde::Deserialize;

use super::channels::scrub::Scrub;
use super::channels::{ChannelReply, Pick, Shown};
use super::curves::earlier::Earlier;
use super::experiments::known::Experiments;
use super::run_view::RunView;
use super::runs::listed::{Runs, is_same};
use super::switching_off::choice::{Choice, Chosen};
use crate::session::{Event, Stage};
use crate::study::gamma::Norms;
use crate::train::history::History;
use crate::train::runs::{RunSummary, names};

/// Earlier runs of this sitting that are kept behind the curves.
const EARLIER_KEPT: usize = 8;

/// The name that the choice of channels is kept under.
const CHOICE: &str = "switched-off";

/// The name that runs which were opened are kept under.
const OPENED: &str = "runs-opened";

/// The name that the chosen experiment is kept under.
const EXPERIMENT: &str = "experiment";

/// What a view is told.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// The session told this. [`Shared::run`] has taken it in already.
    Session(&'a Event),
    /// Another run is shown: what was found of the one before does not hold of it.
    AnotherRun,
    /// The run finished and none follows: probing holds nothing up any more.
    Idle,
    /// The reader picked another layer or channel.
    Picked,
    /// The reader switched a channel off or on.
    Toggled,
}

/// What the views share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The run that is shown.
    pub run: Option<RunView>,
    /// What is done before the next one can begin.
    pub preparing: Option<Stage>,
    /// The run that was shown before the one that is prepared: shown again if that cannot begin.
    aside: Option<RunView>,
    /// Runs to compare with.
    pub earlier: Vec<Earlier>,
    /// What is known of earlier runs.
    pub runs: Runs,
    /// What is known of experiments.
    pub experiments: Experiments,
    /// The name of the run that is shown among those it is compared with.
    name: Option<String>,
    /// The layer or channel that the reader picked.
    pub picked: Option<Pick>,
    /// Which snapshot of γ and β is shown.
    pub scrub: Scrub,
    /// Which channels are off.
    pub chosen: Chosen,
    news: Vec<News<'static>>,
}

impl Shared {
    /// γ and β of the network as it is now.
    pub fn norms(&self) -> Option<&Arc<Norms>> {
        Some(&self.run.as_ref()?.norms.last()?.norms)
    }

    /// The snapshot of γ and β that is shown. Before there is a run, says in its place what there will
    /// be to see.
    pub fn shown(&self, ui: &mut Ui) -> Option<Shown<'_>> {
        let Some(run) = &self.run else {
            ui.label("Start or open a run: every channel of every layer is drawn here, and darkens as its γ goes to zero.");
            return None;
        };
        let choice = &self.chosen.choice;
        Some(Shown {
            layers: run.norms.layers(),
            start: &run.norms.snapshots().first()?.norms,
            norms: &self.scrub.shown(&run.norms)?.norms,
            threshold: choice.threshold,
            with_beta: choice.with_beta,
            by_hand: choice.by_hand(),
            picked: self.picked,
        })
    }

    /// Picks a layer or a channel.
    pub fn pick(&mut self, pick: Pick) {
        if self.picked != Some(pick) {
            self.picked = Some(pick);
            self.news.push(News::Picked);
        }
    }

    /// Does what the reader asked for in a view of channels.
    pub fn reply(&mut self, reply: ChannelReply) {
        match reply {
            ChannelReply::Pick(pick) => self.pick(pick),
            ChannelReply::Toggle { channel } => self.toggle(channel),
        }
    }

    /// Picks a channel, by its place among all channels, and switches it off or on again.
    fn toggle(&mut self, channel: usize) {
        let Some(run) = &self.run else {
            return;
        };
        let place = run.norms.layers().place(channel);
        self.picked = place.map(|(layer, channel)| Pick {
            layer,
            channel: Some(channel),
        });
        if let Some(last) = run.norms.last() {
            self.chosen.choice.toggle(channel, &last.norms);
        }
        self.news.push(News::Toggled);
    }

    /// Another run is prepared: the one that was shown is shown no more. Whether there was one.
    pub fn put_aside(&mut self) -> bool {
        self.scrub.go(None);
        let run = self.run.take();
        let is_one = run.is_some();
        self.aside = run.or(self.aside.take());
        is_one
    }

    /// The run that was prepared cannot begin: shows the one before again. Whether there was one.
    pub fn bring_back(&mut self) -> bool {
        if self.run.is_none() {
            self.run = self.aside.take();
            return self.run.is_some();
        }
        false
    }

    /// Shows a run that was opened: another one, or the same from where it is resumed. Whether it is
    /// another.
    pub fn show_run(&mut self, mut run: RunView) -> bool {
        let before = self.run.take().or(self.aside.take());
        let is_same = |before: &RunView| before.folder == run.folder;
        let is_another = !before.as_ref().is_some_and(is_same);
        let was_only_read = before.as_ref().is_some_and(|run| run.opened.is_none());
        if is_another || !was_only_read {
            self.scrub.go(None);
        }
        match before {
            Some(before) if !is_another => {
                let (seen, kept) = (&before.norms, &run.norms);
                let is_more = seen.snapshots().len() >= kept.snapshots().len();
                if is_more && seen.layers() == kept.layers() {
                    // What was seen of γ is kept; what is trained again is cut off as it comes.
                    run.norms = before.norms;
                }
            }
            before => {
                before.into_iter().for_each(|run| self.keep_earlier(run));
                self.chosen.choice.release_all();
                let (layer, channel) = (0, Some(0));
                self.picked = Some(Pick { layer, channel });
            }
        }
        let folder = run.folder.clone();
        self.run = Some(run);
        // It is not compared with itself.
        self.forget_compared(&folder);
        is_another
    }

    /// The run before becomes one to compare with.
    fn keep_earlier(&mut self, run: RunView) {
        if run.history.is_empty() {
            return;
        }
        let name = run.name();
        let history = Arc::new(run.history);
        let folder = run.folder.clone();
        self.compare(folder, name, history);
        let surplus = self.earlier.len().saturating_sub(EARLIER_KEPT);
        self.earlier.drain(..surplus);
    }

    /// Lays a run behind the curves, in place of what was read of it before.
    pub fn compare(&mut self, folder: PathBuf, name: String, history: Arc<History>) {
        self.forget_compared(&folder);
        let mut earlier = Earlier::among(&self.earlier, name, history);
        earlier.folder = Some(folder);
        self.earlier.push(earlier);
        self.name_compared();
    }

    /// Takes a run out of the comparison.
    pub fn forget_compared(&mut self, folder: &Path) {
        let is_it = |run: &Earlier| run.folder.as_deref().is_some_and(|at| is_same(at, folder));
        self.earlier.retain(|run| !is_it(run));
        self.name_compared();
    }

    /// The run that is shown and those it is compared with, as far as they are among the runs that were found.
    pub fn compared(&self) -> impl Iterator<Item = &RunSummary> {
        let shown = self.run.iter().map(|run| &run.folder);
        let earlier = self.earlier.iter().filter_map(|run| run.folder.as_ref());
        let found = shown.chain(earlier);
        found.filter_map(|folder| self.runs.find(folder))
    }

    /// Names the runs that are compared by what differs between them.
    pub fn name_compared(&mut self) {
        let compared: Vec<RunSummary> = self.compared().cloned().collect();
        let runs: Vec<&RunSummary> = compared.iter().collect();
        let is_alone = runs.len() < 2;
        let named: Vec<(PathBuf, Option<String>)> = runs
            .iter()
            .zip(names(&runs))
            .map(|(run, name)| match is_alone {
                // There is nothing to differ from.
                true => (run.folder.clone(), run.given_name.clone()),
                false => (run.folder.clone(), Some(name)),
            })
            .collect();
        let name = |folder: &Path| {
            let found = named.iter().find(|(at, _)| is_same(at, folder));
            found.and_then(|(_, name)| name.clone())
        };
        self.name = self.run.as_ref().and_then(|run| name(&run.folder));
        for run in &mut self.earlier {
            let found = run.folder.as_deref().and_then(name);
            if let Some(found) = found {
                run.name = found;
            }
        }
    }

    /// What the run that is shown is called beside others.
    pub fn name_of_run(&self, run: &RunView) -> String {
        self.name.clone().unwrap_or_else(|| run.name())
    }

    /// What happened in the views since this was asked last.
    pub fn take_news(&mut self) -> Vec<News<'static>> {
        std::mem::take(&mut self.news)
    }

    /// Keeps what the reader chose for the next start.
    pub fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, CHOICE, &self.chosen.choice);
        eframe::set_value(storage, OPENED, &self.runs.opened);
        eframe::set_value(storage, EXPERIMENT, &self.experiments.chosen);
    }

    /// Takes up what was kept.
    pub fn recall(&mut self, storage: &dyn Storage) {
        /// Where earlier versions kept the choice: with the view that changes it.
        #[derive(Deserialize)]
        struct Former {
            choice: Choice,
        }
        let former = || Some(eframe::get_value::<Former>(storage, "switching-off")?.choice);
        let kept = eframe::get_value(storage, CHOICE).or_else(former);
        self.chosen.choice = kept.unwrap_or_default();
        self.runs.opened = eframe::get_value(storage, OPENED).unwrap_or_default();
        self.experiments.chosen = eframe::get_value(storage, EXPERIMENT).unwrap_or_default();
    }
}
