//! Earlier runs: looking for them, and doing with them what the reader wants.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::Context;
use web_time::Instant;

use super::Shell;
use super::files::{Done, Removed};
use crate::app::notice::{Offer, Weight};
use crate::app::run_view::RunView;
use crate::app::runs::LOOK_EVERY;
use crate::app::runs::listed::{Question, Wish, is_same};
use crate::app::views::ViewId;
use crate::numbers::percent;
use crate::platform::bin;
use crate::platform::lock::holder;
use crate::train::run_folder::LOCK;
use crate::train::runs::table::epochs;
use crate::train::runs::{Listing, RunSummary, list, write_name};

/// Least time between two looks, whatever happens.
const LEAST: Duration = Duration::from_secs(1);

/// How runs are moved to the bin.
pub type Bin = fn(&Path) -> Result<(), String>;

/// When runs were looked for.
pub(super) struct Looks {
    pub bin: Bin,
    is_wanted: bool,
    is_under_way: bool,
    last: Option<Instant>,
    has_offered: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            bin: bin::to_bin,
            is_wanted: true,
            is_under_way: false,
            last: None,
            has_offered: false,
        }
    }
}

impl Shell {
    /// Moves runs to another bin than the system's.
    pub fn set_bin(&mut self, bin: Bin) {
        self.looks.bin = bin;
    }

    /// Looks for runs soon: something has changed.
    pub(super) fn look_for_runs(&mut self) {
        self.looks.is_wanted = true;
    }

    /// Looks for runs in the background, where it is time.
    pub(super) fn read_runs(&mut self, ctx: &Context) {
        let since = self.looks.last.map(|last| last.elapsed());
        let is_other = self.shared.runs.folder != self.setup.runs_folder();
        let is_stale = since.is_none_or(|since| since >= LOOK_EVERY);
        let is_due =
            self.looks.is_wanted || is_other || is_stale && self.layout.shows(ViewId::Runs);
        if !is_due || self.looks.is_under_way {
            return;
        }
        if let Some(since) = since.filter(|since| *since < LEAST && !is_other) {
            ctx.request_repaint_after(LEAST - since);
            return;
        }
        self.looks.is_under_way = true;
        self.looks.is_wanted = false;
        let folder = self.setup.runs_folder().to_owned();
        self.shared.runs.folder.clone_from(&folder);
        let mut elsewhere = self.shared.runs.opened.clone();
        elsewhere.extend(
            self.shared
                .earlier
                .iter()
                .filter_map(|run| run.folder.clone()),
        );
        self.on_a_thread(ctx, move || {
            let found = list(&folder, &elsewhere);
            Ok(Done::Listing(found.map_err(|error| {
                format!("{} cannot be looked into: {error}", folder.display())
            })))
        });
    }

    /// Takes in what was found.
    pub(super) fn take_listing(&mut self, found: Result<Listing, String>) {
        self.looks.is_under_way = false;
        self.looks.last = Some(Instant::now());
        match found {
            Ok(listing) => self.shared.runs.set(listing),
            Err(sentence) => {
                self.shared.runs.set(Listing::default());
                self.notices.add(Weight::Problem, sentence, None);
            }
        }
        self.shared.name_compared();
        self.offer_to_go_on();
    }

    /// At the start, offers to go on with what was interrupted last.
    fn offer_to_go_on(&mut self) {
        let is_first = !std::mem::replace(&mut self.looks.has_offered, true);
        let newest = self.shared.runs.named().next();
        let newest = newest.filter(|(run, _)| run.can_go_on() && run.step > 0);
        let is_idle = self.session.is_none() && self.shared.run.is_none();
        let Some((run, name)) = newest.filter(|_| is_first && is_idle) else {
            return;
        };
        let text = format!("{} Go on with it?", left_off(run, name));
        let offer = Offer::Resume(run.folder.clone());
        self.notices.add(Weight::Note, text, Some(offer));
    }

    /// Does what the reader wants done with runs.
    pub(super) fn fulfil_wishes(&mut self, ctx: &Context) {
        for wish in self.shared.runs.take_wishes() {
            match wish {
                Wish::Open(folder) if self.shows_run(&folder) => {}
                Wish::Open(_) | Wish::GoOn(_) if self.is_busy() => {
                    self.shared.runs.question = Some(Question::Instead(Box::new(wish)));
                }
                Wish::Instead(wish) => self.open_wished(ctx, *wish),
                Wish::Open(_) | Wish::GoOn(_) => self.open_wished(ctx, wish),
                Wish::Compare(folder, true) => self.compare(ctx, folder),
                Wish::Compare(folder, false) => self.shared.forget_compared(&folder),
                Wish::Rename(folder, name) => {
                    if let Err(error) = write_name(&folder, &name) {
                        let text = format!("{} cannot be renamed: {error}", folder.display());
                        self.notices.add(Weight::Problem, text, None);
                    }
                    self.look_for_runs();
                }
                Wish::Delete(folder) => self.delete_run(ctx, folder, self.looks.bin, false),
                Wish::Remove(folder) => self.delete_run(ctx, folder, bin::remove, true),
                Wish::Refresh => self.look_for_runs(),
            }
        }
    }

    fn open_wished(&mut self, ctx: &Context, wish: Wish) {
        match wish {
            Wish::Open(folder) => self.open_run(ctx, &folder),
            Wish::GoOn(folder) => self.resume(ctx, &folder, false),
            _ => {}
        }
    }

    /// Whether the run in a folder is the one that is shown; to read one that another program trains again is worth
    /// opening it.
    fn shows_run(&self, folder: &Path) -> bool {
        let run = self.shared.run.as_ref();
        let is_ours = |run: &RunView| run.opened.is_some() && !run.is_only_shown();
        run.is_some_and(|run| is_ours(run) && is_same(&run.folder, folder))
    }

    /// Whether a run is prepared or trained just now.
    fn is_busy(&self) -> bool {
        self.is_conducting() || self.status(&None).is_busy()
    }

    fn delete_run(&mut self, ctx: &Context, folder: PathBuf, bin: Bin, is_for_good: bool) {
        if holder(&folder.join(LOCK)).is_some() {
            let text = format!(
                "{} is being trained, and was not deleted. Stop the run first.",
                folder.display()
            );
            self.notices.add(Weight::Problem, text, None);
            return;
        }
        self.on_a_thread(ctx, move || {
            let problem = bin(&folder).err();
            Ok(Done::Removed(Removed {
                folder,
                problem,
                is_for_good,
            }))
        });
    }

    /// Takes in what came of deleting a run.
    pub(super) fn take_removed(&mut self, removed: Removed) {
        let Removed {
            folder,
            problem,
            is_for_good,
        } = removed;
        match problem {
            None => {
                self.shared.forget_compared(&folder);
                self.shared
                    .runs
                    .opened
                    .retain(|other| !is_same(other, &folder));
            }
            Some(problem) if is_for_good => {
                let text = format!("{} cannot be removed: {problem}", folder.display());
                self.notices.add(Weight::Problem, text, None);
            }
            Some(problem) => {
                self.shared.runs.question = Some(Question::Remove(folder, problem));
            }
        }
        self.look_for_runs();
    }
}

/// Where a run was left, as a sentence.
fn left_off(run: &RunSummary, name: &str) -> String {
    let right = run.accuracy.map(percent);
    let right = right.map_or_else(String::new, |share| format!(", with {share} right"));
    format!("{name} was interrupted at epoch {}{right}.", epochs(run))
}
