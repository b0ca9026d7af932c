//! The folder of an experiment: its file, its runs, and how far each of them is.

use std::io;
use std::path::{Path, PathBuf};

use super::definition::Experiment;
use super::error::ExperimentError;
use super::plan::{Plan, PlanError, RunName};
use super::results::{Outcome, RunResult};
use crate::field::{Explain, Explanation};
use crate::platform::fs;
use crate::session::{NewFolder, Origin};
use crate::train::atomic_file::write_atomically;
use crate::train::run_folder::{last_path, run_of};

/// Why a folder cannot be used for an experiment.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something else is in it.
    #[error("{} holds something else: it is not empty and has no experiment.toml; choose another folder", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
    },
    /// Another experiment is in it, or the same with other settings.
    #[error("{} holds {found}, and what is asked for is another ({what}); choose another folder", path.display())]
    Differs {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
        /// What is another.
        what: &'static str,
    },
    /// There is no experiment.
    #[error("{} holds no experiment: it has no experiment.toml", path.display())]
    None {
        /// The folder.
        path: PathBuf,
    },
    /// Its file does not read.
    #[error("{}: {source}", path.display())]
    Experiment {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ExperimentError,
    },
    /// What its file asks for cannot be run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Explain for FolderError {
    fn explain(&self) -> Explanation {
        Explanation::new(self)
    }
}

/// Where experiments go that were given no folder.
pub const EXPERIMENTS: &str = "experiments";

/// The folder of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentFolder {
    path: PathBuf,
}

impl ExperimentFolder {
    /// Makes it, or goes on in it where it holds the same plan.
    ///
    /// # Errors
    /// A folder that holds something else, or that cannot be made.
    pub fn open(path: &Path, plan: &Plan) -> Result<Self, FolderError> {
        let folder = Self {
            path: path.to_owned(),
        };
        let file = folder.file();
        if fs::exists(&file) {
            let found = folder.plan()?;
            return match difference(&found, plan) {
                // More seeds, or fewer, are the same experiment.
                None if found.seeds != plan.seeds => folder.write(plan).map(|()| folder),
                None => Ok(folder),
                Some(what) => Err(FolderError::Differs {
                    path: path.to_owned(),
                    found: format!("{} at scale {}", found.experiment.name, found.scale),
                    what,
                }),
            };
        }
        let failed = |path: &Path, source| FolderError::File {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(|source| failed(path, source))?;
        let mut files = fs::read_dir(path).map_err(|source| failed(path, source))?;
        if files.next().is_some() {
            return Err(FolderError::Other {
                path: path.to_owned(),
            });
        }
        folder.write(plan).map(|()| folder)
    }

    fn write(&self, plan: &Plan) -> Result<(), FolderError> {
        let (path, text) = (self.file(), plan.to_toml());
        write_atomically(&path, |out| out.write_all(text.as_bytes()))
            .map_err(|source| FolderError::File { path, source })
    }

    /// One that is there.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where within a folder such a plan goes on, or can begin: under its name, with a number where another has that.
    pub fn place(within: &Path, plan: &Plan) -> PathBuf {
        let name = format!("{}-{}", plan.experiment.name, plan.scale);
        let first = within.join(&name);
        let numbered = (2_u32..1000).map(|number| within.join(format!("{name}-{number}")));
        let is_fit = |path: &PathBuf| {
            let found = Self::at(path).plan();
            !fs::exists(path) || found.is_ok_and(|found| difference(&found, plan).is_none())
        };
        let mut places = std::iter::once(first.clone()).chain(numbered);
        places.find(is_fit).unwrap_or(first)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn file(&self) -> PathBuf {
        self.path.join("experiment.toml")
    }

    /// What it was made for.
    ///
    /// # Errors
    /// A folder without a file, or with one that does not read.
    pub fn plan(&self) -> Result<Plan, FolderError> {
        let path = self.file();
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => FolderError::None {
                path: self.path.clone(),
            },
            _ => FolderError::File {
                path: path.clone(),
                source,
            },
        })?;
        let read = Experiment::from_toml(&String::from_utf8_lossy(&bytes));
        let experiment = read.map_err(|source| FolderError::Experiment { path, source })?;
        let plan = Plan::again(&experiment)?;
        plan.ok_or_else(|| FolderError::None {
            path: self.path.clone(),
        })
    }

    /// The folder of a run.
    pub fn run(&self, name: &RunName) -> PathBuf {
        self.path.join("runs").join(name.folder())
    }

    /// What a run came to; none where it has not ended.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn result(&self, name: &RunName) -> Result<Option<RunResult>, FolderError> {
        let path = self.run(name);
        RunResult::read(&path).map_err(|source| FolderError::File {
            path: path.join("measures.json"),
            source,
        })
    }

    /// How a run begins, or goes on. What broke off before its first checkpoint is made anew.
    ///
    /// # Errors
    /// A folder that cannot be removed.
    pub fn origin(&self, plan: &Plan, name: &RunName) -> Result<Origin, FolderError> {
        let run = self.run(name);
        if fs::exists(&last_path(&run)) {
            return Ok(Origin::Resumed {
                run,
                data: None,
                epochs: None,
                max_steps: None,
                schedule_epochs: None,
            });
        }
        if run_of(&run).is_some() {
            fs::remove_dir_all(&run).map_err(|source| FolderError::File {
                path: run.clone(),
                source,
            })?;
        }
        let arm = plan.arm(&name.arm);
        let mut settings = arm.map(|arm| arm.settings.clone()).unwrap_or_default();
        settings.seed = name.seed;
        if let Some(before) = before(plan, name) {
            settings.init = Some(last_path(&self.run(&before)));
        }
        settings.make_absolute();
        Ok(Origin::New {
            settings: Box::new(settings),
            folder: NewFolder::At(run),
        })
    }
}

/// The run whose last state a run begins from.
pub fn before(plan: &Plan, name: &RunName) -> Option<RunName> {
    let after = plan.arm(&name.arm)?.after.clone()?;
    Some(RunName {
        arm: after,
        seed: name.seed,
    })
}

/// Whether a run can begin, as far as the one it begins after is concerned: not while that has not ended, and not if it
/// did not finish.
pub fn can_begin(result: Option<&RunResult>) -> bool {
    result.is_some_and(|result| result.outcome == Outcome::Finished)
}

/// In what two plans differ.
fn difference(found: &Plan, asked: &Plan) -> Option<&'static str> {
    let settings = |plan: &Plan| {
        plan.arms
            .iter()
            .map(|arm| (arm.name.clone(), arm.settings.clone()))
            .collect::<Vec<_>>()
    };
    if found.experiment.name != asked.experiment.name {
        Some("another experiment")
    } else if found.scale != asked.scale {
        Some("another scale")
    } else if settings(found) != settings(asked) {
        Some("other settings")
    } else {
        None
    }
}
