//! What is known of experiments, and what the reader wants done: the shell conducts them and reads their folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use web_time::Instant;

use crate::experiment::conduct::gathered;
use crate::experiment::definition::{Experiment, FigureKind, Scale};
use crate::experiment::folder::{EXPERIMENTS, ExperimentFolder};
use crate::experiment::overlay::Overlay;
use crate::experiment::plan::{Plan, RunName};
use crate::experiment::report::Missing;
use crate::experiment::results::{Measure, RunResult};
use crate::experiment::shipped::shipped;
use crate::experiment::verdict::{Verdict, judge};
use crate::field::Field;
use crate::platform::fs;
use crate::train::run_folder::last_path;
use crate::train::table::setting;

/// What the reader chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chosen {
    /// A shipped experiment, by its name.
    pub name: String,
    /// A file of the reader's own in its place.
    pub file: Option<PathBuf>,
    /// How large.
    pub scale: Scale,
    /// Runs of each arm, if other than the file says.
    pub seeds: Option<u32>,
    /// Images in place of those that the file names.
    pub data: Option<PathBuf>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            name: "disables-features".to_owned(),
            file: None,
            scale: Scale::Glance,
            seeds: None,
            data: None,
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Lay out what is chosen, and read what there is of it.
    LayOut,
    /// Ask for a file of the reader's own.
    OpenFile,
    /// Ask for other images.
    ChooseImages,
    /// Say how long it will take.
    Estimate,
    /// Begin, or go on.
    Start,
    /// Stop, so that it can go on.
    Stop,
    /// Show a run in the other views.
    Open(RunName),
    /// Write the report, and open it.
    OpenReport,
    /// Write the report where the reader says.
    SaveReport,
    /// Write the table of all runs where the reader says.
    SaveTable,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It has not begun.
    Queued,
    /// It was stopped, and goes on from its last checkpoint.
    LeftOff,
    /// It is prepared or trained: steps done, and in all.
    UnderWay(u64, u64),
    /// Its training has ended, and it is measured.
    Measured,
    /// It has a result.
    Done,
    /// It came to no result: why.
    Failed(String),
}

/// How long the runs that are left take.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Takes {
    /// Nobody asked.
    #[default]
    Unknown,
    /// Some steps are measured.
    Measuring,
    /// Seconds.
    Seconds(f64),
    /// It cannot be said: why.
    Failed(String),
}

/// An experiment as it is to be run, and what there is of it.
#[derive(Debug)]
pub struct Laid {
    /// All its runs.
    pub plan: Arc<Plan>,
    /// Where it is, or will be.
    pub folder: ExperimentFolder,
    /// How far each run is, in their order.
    pub runs: Vec<(RunName, Standing)>,
    /// What runs came to, in their order.
    pub results: Vec<RunResult>,
    /// Runs that are not among these.
    pub missing: Vec<Missing>,
    /// What the rules say; none where there are none.
    pub verdict: Option<Verdict>,
    /// Images that its runs need and that are not there.
    pub lacks: Option<PathBuf>,
    /// How long it takes.
    pub takes: Takes,
    /// When it was begun, and how many runs were there then; none while it is not under way.
    pub begun: Option<(Instant, usize)>,
    /// Another number for other results.
    pub version: u64,
}

impl Laid {
    /// A plan in its folder, with what there is of it.
    ///
    /// # Errors
    /// A result that cannot be read, as a sentence.
    pub fn new(plan: Plan, folder: ExperimentFolder, version: u64) -> Result<Self, String> {
        let runs = plan.runs().into_iter().map(|run| {
            let is_left_off = fs::exists(&last_path(&folder.run(&run)));
            let standing = match is_left_off {
                true => Standing::LeftOff,
                false => Standing::Queued,
            };
            (run, standing)
        });
        let images = plan.arms.iter().filter_map(|arm| arm.settings.data.path());
        let lacks = images.into_iter().find(|path| !fs::exists(path));
        let mut laid = Self {
            lacks: lacks.map(Path::to_owned),
            runs: runs.collect(),
            plan: Arc::new(plan),
            folder,
            results: Vec::new(),
            missing: Vec::new(),
            verdict: None,
            takes: Takes::default(),
            begun: None,
            version,
        };
        let found = gathered(&laid.folder, &laid.plan, &[]);
        let (results, missing) = found.map_err(|error| error.to_string())?;
        laid.set(results, missing, version);
        Ok(laid)
    }

    /// Takes in what there is by now.
    pub fn set(&mut self, results: Vec<RunResult>, missing: Vec<Missing>, version: u64) {
        for (run, standing) in &mut self.runs {
            let is_it = |result: &&RunResult| result.arm == run.arm && result.seed == run.seed;
            if results.iter().find(is_it).is_some() {
                *standing = Standing::Done;
            }
        }
        (_, self.verdict) = judge(&self.plan, &results);
        (self.results, self.missing, self.version) = (results, missing, version);
    }

    /// What a run came to.
    pub fn result(&self, run: &RunName) -> Option<&RunResult> {
        let is_it = |result: &&RunResult| result.arm == run.arm && result.seed == run.seed;
        self.results.iter().find(is_it)
    }

    /// Says how far a run is.
    pub fn stand(&mut self, run: &RunName, now: Standing) {
        for (name, standing) in &mut self.runs {
            if name == run {
                *standing = now;
                return;
            }
        }
    }

    /// Whether it was begun and not stopped.
    pub fn is_under_way(&self) -> bool {
        self.begun.is_some()
    }

    /// Whether all its runs have a result.
    pub fn is_complete(&self) -> bool {
        self.results.len() == self.runs.len()
    }

    /// Seconds that are left: by what was done since it was begun, or at first by what was measured before.
    pub fn seconds_left(&self) -> Option<f64> {
        /// Runs that have to be done before they say more than what was measured.
        const ENOUGH: f64 = 0.05;
        let (begun, before) = self.begun?;
        let of_run = |(_, standing): &(RunName, Standing)| match standing {
            Standing::UnderWay(step, steps) => *step as f64 / (*steps).max(1) as f64,
            Standing::Measured => 1.0,
            _ => 0.0,
        };
        let under_way: f64 = self.runs.iter().map(of_run).sum();
        let failed = |(_, standing): &&(RunName, Standing)| matches!(standing, Standing::Failed(_));
        let failed = self.runs.iter().filter(failed).count();
        let made = (self.results.len() - before.min(self.results.len())) as f64 + under_way;
        let left = self.runs.len().saturating_sub(self.results.len() + failed) as f64 - under_way;
        let since = begun.elapsed().as_secs_f64();
        match (made < ENOUGH, &self.takes) {
            (false, _) => Some(since / made * left),
            (true, Takes::Seconds(all)) => Some((all - since).max(1.0)),
            (true, _) => None,
        }
    }

    /// The measure that its table shows: that of its first figure.
    pub fn measure(&self) -> Measure {
        let first = self.plan.experiment.figures.first();
        first.map_or(Measure::Accuracy, |figure| match figure.kind {
            FigureKind::Arms | FigureKind::Lines => figure.measure,
            FigureKind::OffByLayer | FigureKind::OffOverTime | FigureKind::GammaHistogram => {
                Measure::Off
            }
            FigureKind::Removal => Measure::Accuracy,
        })
    }
}

/// What is known of experiments.
#[derive(Debug)]
pub struct Experiments {
    /// Where their folders are.
    pub folder: PathBuf,
    /// Those that come with the program.
    pub shipped: Vec<Experiment>,
    /// The reader's own, or what is wrong with its file.
    own: Option<Result<Experiment, String>>,
    /// What is chosen.
    pub chosen: Chosen,
    /// What is chosen, laid out; or why it cannot be. None before anybody has looked.
    pub laid: Option<Result<Laid, String>>,
    /// What could not be done.
    pub problem: Option<String>,
    versions: u64,
    wishes: Vec<Wish>,
}

impl Default for Experiments {
    fn default() -> Self {
        Self {
            folder: EXPERIMENTS.into(),
            shipped: shipped(),
            own: None,
            chosen: Chosen::default(),
            laid: None,
            problem: None,
            versions: 0,
            wishes: Vec::new(),
        }
    }
}

impl Experiments {
    /// What is chosen, as its file says it.
    pub fn experiment(&self) -> Option<&Experiment> {
        match (&self.chosen.file, &self.own) {
            (Some(_), own) => own.as_ref()?.as_ref().ok(),
            (None, _) => {
                let is_it = |experiment: &&Experiment| experiment.name == self.chosen.name;
                self.shipped.iter().find(is_it)
            }
        }
    }

    /// What is laid out.
    pub fn laid(&self) -> Option<&Laid> {
        self.laid.as_ref()?.as_ref().ok()
    }

    /// What is laid out.
    pub fn laid_mut(&mut self) -> Option<&mut Laid> {
        self.laid.as_mut()?.as_mut().ok()
    }

    /// Whether the one that is laid out is under way.
    pub fn is_under_way(&self) -> bool {
        self.laid().is_some_and(Laid::is_under_way)
    }

    /// A number for results that are new.
    pub fn version(&mut self) -> u64 {
        self.versions += 1;
        self.versions
    }

    /// Chooses something; what is under way stays.
    pub fn choose(&mut self, chosen: Chosen) {
        if !self.is_under_way() && self.chosen != chosen {
            let is_same_file = self.chosen.file == chosen.file;
            self.chosen = chosen;
            self.forget();
            if !is_same_file {
                self.own = None;
            }
        }
    }

    /// Chooses a file, which is read anew.
    pub fn choose_file(&mut self, path: &Path) {
        if self.is_under_way() {
            return;
        }
        self.forget();
        self.own = None;
        self.chosen = Chosen {
            file: Some(path.to_owned()),
            ..self.chosen.clone()
        };
        self.read_own();
        // A file beside its runs is shown as it was run; another at a scale that it has.
        let Some(own) = self.experiment() else {
            return;
        };
        let (scale, seeds) = match &own.run {
            Some(run) => (Some(run.scale), Some(run.seeds)),
            None if own.scales.contains_key(&self.chosen.scale) => (None, None),
            None => (own.scales.keys().next().copied(), None),
        };
        self.chosen.scale = scale.unwrap_or(self.chosen.scale);
        (self.chosen.seeds, self.chosen.data) = (seeds, None);
    }

    fn forget(&mut self) {
        (self.laid, self.problem) = (None, None);
    }

    fn read_own(&mut self) {
        let Some(path) = &self.chosen.file else {
            return;
        };
        if self.own.is_none() {
            let read = fs::read(path).map_err(|error| format!("cannot be read: {error}"));
            let read = read.and_then(|bytes| {
                let text = String::from_utf8_lossy(&bytes);
                Experiment::from_toml(&text).map_err(|error| error.to_string())
            });
            self.own = Some(read.map_err(|what| format!("{}: {what}", path.display())));
        }
    }

    /// Lays out what is chosen, and reads what there is of it.
    pub fn lay_out(&mut self) {
        self.read_own();
        let version = self.version();
        self.laid = Some(self.found(version));
    }

    fn found(&self, version: u64) -> Result<Laid, String> {
        if let (Some(_), Some(Err(what))) = (&self.chosen.file, &self.own) {
            return Err(what.clone());
        }
        let chosen = &self.chosen;
        let experiment = self.experiment();
        let experiment = experiment.ok_or_else(|| {
            format!(
                "There is no experiment {}; choose one of the list.",
                chosen.name
            )
        })?;
        let run = experiment.run.as_ref();
        let run = run.filter(|run| run.scale == chosen.scale);
        let mut given = run.map(|run| run.overrides.clone()).unwrap_or_default();
        if let (Some(data), Some(setting)) = (&chosen.data, setting(Field::Data)) {
            let mut images = Overlay::default();
            images.set(setting, data.display().to_string());
            given.extend(&images);
        }
        let plan = Plan::new(experiment, chosen.scale, chosen.seeds, &given);
        let plan = plan.map_err(|error| crate::app::wording::sentence(&error))?;
        let beside = chosen.file.as_deref().and_then(Path::parent);
        let folder = match (run, beside) {
            (Some(_), Some(beside)) => beside.to_owned(),
            _ => ExperimentFolder::place(&self.folder, &plan),
        };
        Laid::new(plan, ExperimentFolder::at(&folder), version)
    }

    /// Asks for something.
    pub fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    /// What was asked for since this was asked last.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }
}
