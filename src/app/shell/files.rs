//! Files: asking for them, opening what was chosen or dropped, writing what is taken away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;

use super::Shell;
use crate::app::dialog::{Answer, Ask, Dropped, Kind, deliver};
use crate::app::export::{self, Format, Kind as Export};
use crate::app::notice::Weight;
use crate::app::run_view::RunView;
use crate::app::views::ViewId;
use crate::data::Normalization;
use crate::experiment::conduct::Came;
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::RunName;
use crate::network::{Graph, State};
use crate::platform;
use crate::session::Command;
use crate::train::history::History;
use crate::train::inspect::Inspection;
use crate::train::run_folder::run_of;
use crate::train::runs::Listing;
use crate::train::saved::Saved;

/// What a path was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Data,
    OpenRun,
    CompareRun,
    Export(Export),
    Picture(ViewId, Format),
    /// The file of an experiment.
    Experiment,
    /// Images for an experiment.
    Images,
    /// Something of an experiment, to be written.
    Part(Part),
}

/// What a thread that reads or writes for the reader came to.
pub(super) type Read = Result<Done, String>;

/// What was read or written.
pub(super) enum Done {
    Earlier(PathBuf, Result<(String, Arc<History>), String>),
    Listing(Result<Listing, String>),
    Removed(Removed),
    Exported(PathBuf),
    Experiment(Told),
    /// A file to start from, and what it holds.
    Inspected(PathBuf, Result<Box<Inspection>, String>),
    Nothing,
}

/// What a task that works for an experiment came to.
pub(super) enum Told {
    /// How many seconds it takes: of which folder, and whether it begins now.
    Takes(ExperimentFolder, Result<f64, String>),
    /// A run was measured.
    Came(u64, RunName, Came),
    /// The report was written, and is to be opened.
    Reported(PathBuf),
}

/// What is written of an experiment where the reader says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The report in one file.
    Report,
    /// The table of all runs.
    Table,
}

impl Part {
    /// The name of its file in a folder of an experiment.
    pub fn file(self) -> &'static str {
        match self {
            Self::Report => "report.html",
            Self::Table => "results.csv",
        }
    }
}

/// What came of deleting a run.
pub(super) struct Removed {
    pub folder: PathBuf,
    pub problem: Option<String>,
    /// Whether the bin was passed by.
    pub is_for_good: bool,
}

impl Shell {
    pub(super) fn take_read(&mut self, ctx: &Context, read: Read) {
        match read {
            Ok(Done::Earlier(folder, found)) => {
                self.shared.runs.being_read.retain(|other| *other != folder);
                match found {
                    Ok((name, history)) => self.shared.compare(folder, name, history),
                    Err(sentence) => self.notices.add(Weight::Problem, sentence, None),
                }
                self.look_for_runs();
            }
            Ok(Done::Inspected(path, found)) => self.start_from(&path, found),
            Ok(Done::Listing(found)) => self.take_listing(found),
            Ok(Done::Removed(removed)) => self.take_removed(removed),
            Ok(Done::Exported(path)) => match deliver(&path) {
                Ok(text) => self.notices.add(Weight::Note, text, None),
                Err(sentence) => self.notices.add(Weight::Problem, sentence, None),
            },
            Ok(Done::Experiment(told)) => self.told_of_experiment(ctx, told),
            Ok(Done::Nothing) => {}
            Err(sentence) => self.notices.add(Weight::Problem, sentence, None),
        }
    }

    pub(super) fn ask(&mut self, purpose: Purpose, title: &str, kind: Kind) {
        let endings = match purpose {
            Purpose::Experiment => vec!["toml".into()],
            Purpose::Data | Purpose::Images if kind == Kind::File => {
                vec!["gz".into(), "tgz".into(), "tar".into()]
            }
            _ => Vec::new(),
        };
        let directory = match purpose {
            Purpose::OpenRun | Purpose::CompareRun => {
                std::path::absolute(self.setup.runs_folder()).ok()
            }
            _ => std::path::absolute(".").ok(),
        };
        let kind = match (kind, &directory) {
            (Kind::Save(name), Some(folder)) => Kind::Save(free_name(folder, &name)),
            (kind, _) => kind,
        };
        let ask = Ask {
            title: title.into(),
            kind,
            endings,
            directory,
        };
        self.dialog.ask(purpose, ask);
    }

    pub(super) fn ask_export(&mut self, export: Export) {
        let run = self.shared.run.as_ref().map(RunView::name);
        let name = run.map(|run| format!("{run}-{}", export.file_name()));
        let kind = Kind::Save(name.unwrap_or(export.file_name()));
        self.ask(Purpose::Export(export), export.label(), kind);
    }

    pub(super) fn answered(&mut self, ctx: &Context, answer: Answer<Purpose>) {
        match answer.purpose {
            Purpose::Data => self.setup.set_data(&*answer.path),
            Purpose::OpenRun => self.open_run(ctx, &answer.path),
            Purpose::CompareRun => self.compare(ctx, answer.path),
            Purpose::Export(export) => self.export(ctx, export, answer.path),
            Purpose::Experiment => self.open_experiment(&answer.path),
            Purpose::Images => {
                let mut chosen = self.shared.experiments.chosen.clone();
                chosen.data = Some(answer.path);
                self.choose_experiment(chosen);
            }
            Purpose::Part(part) => self.write_part(ctx, part, answer.path),
            Purpose::Picture(view, format) => self.begin_picture(ctx, view, format, answer.path),
        }
    }

    /// Takes files that were dropped onto the page, or says why they could not be read.
    pub fn take_files(&mut self, ctx: &Context, files: Result<Vec<PathBuf>, String>) {
        match files {
            Ok(paths) => {
                // Files that were dropped together are one data set.
                let dropped: BTreeSet<_> = paths.iter().map(|path| Dropped::of(path)).collect();
                dropped
                    .into_iter()
                    .for_each(|dropped| self.take_dropped(ctx, dropped));
            }
            Err(sentence) => self.notices.add(Weight::Problem, sentence, None),
        }
    }

    pub(super) fn take_dropped(&mut self, ctx: &Context, dropped: Dropped) {
        match dropped {
            Dropped::Data(path) => {
                self.setup.set_data(&*path);
                let text = format!("{} is the data of the next run.", path.display());
                self.notices.add(Weight::Note, text, None);
            }
            Dropped::Run(path) => self.open_run(ctx, &path),
            // On a thread: it may have some hundred megabytes.
            Dropped::State(path) => self.on_a_thread(ctx, move || {
                let found = Inspection::of(&path).map(Box::new);
                let found = found.map_err(|error| error.to_string());
                Ok(Done::Inspected(path, found))
            }),
            Dropped::Experiment(path) => self.open_experiment(&path),
            Dropped::Unknown(sentence) => self.notices.add(Weight::Problem, sentence, None),
        }
    }

    /// Begins the next run with a file's state, and says what it is.
    fn start_from(&mut self, path: &Path, found: Result<Box<Inspection>, String>) {
        let (weight, text) = match found {
            Ok(found) => {
                self.setup.set_init(path, found.architecture);
                let what = found.summary();
                let text = format!(
                    "The next run begins with the state in {}: {what}.",
                    path.display()
                );
                (Weight::Note, text)
            }
            Err(sentence) => (Weight::Problem, sentence),
        };
        self.notices.add(weight, text, None);
    }

    /// Reads an earlier run to compare with, on a thread: it may have a million lines.
    pub(super) fn compare(&mut self, ctx: &Context, run: PathBuf) {
        let folder = run_of(&run).unwrap_or_else(|| run.clone());
        self.shared.runs.being_read.push(folder.clone());
        self.on_a_thread(ctx, move || {
            let found = export::read_earlier(&run).map(|(name, events)| {
                let mut history = History::default();
                events.iter().for_each(|event| history.push(event));
                (name, Arc::new(history))
            });
            let found = found.map_err(|error| error.to_string());
            Ok(Done::Earlier(folder, found))
        });
    }

    fn export(&mut self, ctx: &Context, export: Export, path: PathBuf) {
        let Some(run_view) = &self.shared.run else {
            return;
        };
        let is_of_now = matches!(export, Export::State | Export::Checkpoint | Export::Run);
        if is_of_now && !run_view.has_ended() {
            // A checkpoint of now comes first.
            self.awaiting_save = Some((export, path));
            self.send(Command::Save);
            return;
        }
        self.write_out(ctx, export, path);
    }

    pub(super) fn write_out(&self, ctx: &Context, export: Export, path: PathBuf) {
        let Some(run_view) = &self.shared.run else {
            return;
        };
        let (opened, history) = (run_view.opened.clone(), run_view.history.clone());
        let folder = run_view.folder.clone();
        let snapshots = run_view.norms.snapshots().iter();
        let snapshots: Vec<_> = snapshots.map(|s| (s.step, s.norms.clone())).collect();
        self.on_a_thread(ctx, move || {
            let graph = opened.as_ref().map(|opened| &opened.start.graph);
            let state = match (export, graph) {
                (Export::State, Some(graph)) => Some(last_state(graph, &folder)?),
                _ => None,
            };
            let snapshots: Vec<_> = snapshots
                .iter()
                .map(|(step, norms)| export::StepNorms { step: *step, norms })
                .collect();
            let source = export::Source {
                history: &history,
                graph,
                snapshots: &snapshots,
                state: state.as_ref(),
                run: Some(&folder),
            };
            export::export(export, &path, &source).map_err(|error| error.to_string())?;
            Ok(Done::Exported(path))
        });
    }

    pub(super) fn on_a_thread(&self, ctx: &Context, work: impl FnOnce() -> Read + Send + 'static) {
        self.on_a_task(ctx, move || async move { work() });
    }

    /// The same of what waits now and then, as for a device.
    pub(super) fn on_a_task<F: Future<Output = Read> + 'static>(
        &self,
        ctx: &Context,
        work: impl FnOnce() -> F + Send + 'static,
    ) {
        let (done, wake) = (self.reading.0.clone(), ctx.clone());
        let work = move || async move {
            // The window may be closed by now.
            let _ = done.send(work().await);
            wake.request_repaint();
        };
        // Without a thread nothing comes of it.
        let _ = platform::spawn("files", work);
    }
}

/// A name that nothing in a folder has: this one, or with `-2`, `-3` … before its ending.
fn free_name(folder: &Path, name: &str) -> String {
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}.{ending}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let is_free = |name: &String| !platform::fs::exists(&folder.join(name));
    names.find(is_free).unwrap_or_else(|| name.to_owned())
}

/// The state in a run's last checkpoint.
fn last_state(graph: &Graph, run: &Path) -> Result<State, String> {
    let saved = Saved::read(run).map_err(|error| error.to_string())?;
    let adopted = saved.into_state(graph, &run.display().to_string(), Normalization::default());
    adopted
        .map(|adopted| adopted.state)
        .map_err(|error| error.to_string())
}
