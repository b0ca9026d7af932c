//! What to train: the form from data to adapter, and what it will take.
//!
//! Here: what the form holds and how it is used. `data`, `network`, `training` and `device` draw its
//! fields, `fields` has the rows they are made of, [`problem`] says which field an error is about.
//! [`needs`] works out what a run takes, from the settings and the images' shape (`shape`), and
//! `summary` shows it. [`presets`] are settings worth trying; `stored` remembers the form.

mod data;
mod device;
mod fields;
pub mod needs;
mod network;
pub mod presets;
pub mod problem;
mod shape;
mod stored;
mod summary;
mod training;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use egui::{CollapsingHeader, Label, RichText, ScrollArea, Ui};

use self::data::Purpose;
use self::fields::{Draft, Rows, steady};
use self::needs::{Estimator, Needs, Question};
use self::presets::Preset;
use self::problem::{Problem, Row, Section};
use self::shape::Known;
use self::summary::needs_ui;
use crate::app::dialog::{Dialog, Service};
use crate::app::layout_class::is_for_touch;
use crate::app::theme::problem_colour;
use crate::data::DataSource;
use crate::field::Field;
use crate::gpu::{AdapterChoice, Capabilities};
use crate::network::Architecture;
use crate::train::setting::Part;
use crate::train::settings::Settings;
use crate::train::start;

/// Height of the form, in points, below which what a run takes scrolls with the fields.
const LOW: f32 = 400.0;

/// How many data sets the list offers again.
const RECENT: usize = 6;

/// The form.
#[derive(Debug)]
pub struct Setup {
    settings: Settings,
    adapter: AdapterChoice,
    runs: PathBuf,
    /// Paths of data used before, the last first.
    recent: Vec<PathBuf>,
    folds: Folds,
    /// The one last chosen, as long as the settings are still its.
    preset: Option<&'static Preset>,
    drafts: Drafts,
    dialog: Dialog<Purpose>,
    /// Whether files can be dropped onto the window.
    takes_drops: bool,
    /// Shapes of data that was read.
    known: BTreeMap<DataSource, Known>,
    /// What the estimator was last asked about.
    asked: Option<Question>,
    estimator: Estimator,
    problem: Option<Problem>,
    /// Points, in the last frame.
    summary_height: f32,
    /// The adapter that was chosen is not there.
    adapter_problem: Option<Problem>,
}

/// Which parts are folded open, where the reader chose; the others are as they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Folds(BTreeMap<String, bool>);

/// What is being typed.
#[derive(Clone, Debug, Default)]
struct Drafts {
    model: Draft,
    names: Draft,
    seed: Draft,
    milestones: Draft,
    background: Draft,
    normalization: Draft,
    /// A list of names is being typed, whatever it reads as just now.
    lists_names: bool,
}

/// What changed in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Any setting, the adapter, or where runs go.
    pub changed: bool,
    /// Which images: their shape is worth reading ahead (see [`Setup::set_shape`]).
    pub data_changed: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            adapter: AdapterChoice::default(),
            runs: "runs".into(),
            recent: Vec::new(),
            folds: Folds::default(),
            preset: None,
            drafts: Drafts::default(),
            dialog: Dialog::default(),
            takes_drops: true,
            known: BTreeMap::new(),
            asked: None,
            estimator: Estimator::default(),
            problem: None,
            summary_height: 0.0,
            adapter_problem: None,
        }
    }
}

impl Setup {
    /// The form, with dialogs of another service than the system's.
    pub fn with_dialogs(service: Service) -> Self {
        Self {
            dialog: Dialog::with_service(service),
            ..Self::default()
        }
    }

    /// The form at the first start: something that shows itself in a minute.
    pub fn first() -> Self {
        let mut setup = Self::default();
        if let Some(preset) = Preset::named(presets::FIRST) {
            setup.apply(preset);
        }
        setup
    }

    /// Says that nothing can be dropped onto the window.
    pub fn takes_no_drops(&mut self) {
        self.takes_drops = false;
    }

    /// What a run is to be defined by.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Replaces the settings, and drops what was half typed.
    pub fn set_settings(&mut self, settings: Settings) {
        self.set_data(settings.data.clone());
        self.settings = settings;
        self.drafts = Drafts::default();
        self.preset = self
            .preset
            .filter(|preset| preset.is_applied(&self.settings));
    }

    /// Takes other images.
    pub fn set_data(&mut self, data: impl Into<DataSource>) {
        self.settings.data = data.into();
        if let Some(path) = self.settings.data.path() {
            self.recent.retain(|earlier| earlier != path);
            self.recent.insert(0, path.to_owned());
            self.recent.truncate(RECENT);
        }
    }

    /// Starts from a file instead of the seed, with the network that it is of, where that is known.
    pub fn set_init(&mut self, file: &Path, network: Option<Architecture>) {
        self.settings.init = Some(file.to_owned());
        if let Some(network) = network {
            self.settings.take_architecture(&network);
        }
    }

    /// Makes the settings a preset's.
    pub fn apply(&mut self, preset: &'static Preset) {
        preset.apply(&mut self.settings);
        self.drafts = Drafts::default();
        self.preset = Some(preset);
    }

    /// Whether it asks for a path.
    pub fn is_asking(&self) -> bool {
        self.dialog.is_open()
    }

    /// What to compute on.
    pub fn adapter(&self) -> &AdapterChoice {
        &self.adapter
    }

    /// The folder that holds the folders of runs.
    pub fn runs_folder(&self) -> &Path {
        &self.runs
    }

    /// Lets runs go into folders within another one.
    pub fn set_runs_folder(&mut self, runs: &Path) {
        self.runs = runs.to_owned();
    }

    /// Why a run cannot start, in a sentence; `None` if nothing is known against it.
    pub fn problem(&self) -> Option<String> {
        self.first_problem().map(|problem| problem.sentence.clone())
    }

    fn first_problem(&self) -> Option<&Problem> {
        let Drafts {
            model,
            names,
            seed,
            milestones,
            background,
            normalization,
            lists_names,
        } = &self.drafts;
        let names = Some(names).filter(|_| *lists_names);
        let drafts = [
            Some(model),
            names,
            Some(seed),
            Some(milestones),
            Some(background),
            Some(normalization),
        ];
        let typed = drafts
            .into_iter()
            .flatten()
            .find_map(|draft| draft.problem.as_ref());
        typed
            .or(self.problem.as_ref())
            .or(self.estimator.problem())
            .or(self.adapter_problem.as_ref())
    }

    /// What the run will take, as last worked out.
    pub fn needs(&self) -> Option<&Needs> {
        self.estimator.last()
    }

    /// Whether [`Setup::needs`] and [`Setup::problem`] are about the settings as they are now.
    pub fn is_current(&self) -> bool {
        self.estimator.is_current()
    }

    /// Draws the form. `adapters` are those that could compute, as [`crate::gpu::adapter::list`] orders
    /// them; while a run is under way the form is `locked`: to be read, not changed.
    pub fn ui(&mut self, ui: &mut Ui, adapters: &[Capabilities], locked: bool) -> Reply {
        let before = self.settings.clone();
        let place = (self.adapter.clone(), self.runs.clone());
        if let Some(answer) = self.dialog.poll(ui.ctx()) {
            self.answered(answer);
        }
        // Disabled controls must stay readable.
        ui.visuals_mut().disabled_alpha = 0.75;
        self.adapter_problem = self.problem_of_adapter(adapters);
        let problem = self.first_problem().cloned();
        let rows = Rows {
            problem: problem.as_ref(),
            locked,
        };
        // What it takes stays in sight below the fields. It is drawn after them, as the keyboard and a
        // screen reader should come to it after them, so its height is that of the last frame.
        let is_low = is_for_touch(ui) && ui.available_height() < LOW;
        let room = match is_low {
            true => ui.available_height(),
            false => ui.available_height() - self.summary_height,
        };
        // Beside the fields, not over them.
        ui.spacing_mut().scroll.floating_allocated_width = 10.0;
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .max_height(room.max(120.0))
            .show(ui, |ui| {
                self.form_ui(ui, rows, adapters);
                if is_low {
                    self.summary_ui(ui, rows);
                }
            });
        let height = match is_low {
            true => self.summary_height,
            false => {
                let summary = ui.scope(|ui| self.summary_ui(ui, rows));
                summary.response.rect.height()
            }
        };
        if height != self.summary_height {
            self.summary_height = height;
            ui.ctx().request_repaint();
        }
        if self.settings != before {
            self.preset = self
                .preset
                .filter(|preset| preset.is_applied(&self.settings));
        }
        self.ask_needs(ui, adapters);
        Reply {
            changed: self.settings != before || place != (self.adapter.clone(), self.runs.clone()),
            data_changed: self.settings.data != before.data,
        }
    }

    fn form_ui(&mut self, ui: &mut Ui, rows: Rows<'_>, adapters: &[Capabilities]) {
        if rows.locked {
            ui.label("A run is under way; stop it to change these.");
        }
        self.presets_ui(ui, rows);
        let of = Section::Of;
        self.group(ui, rows, of(Part::Data), Self::data_ui);
        self.group(ui, rows, of(Part::Network), Self::network_ui);
        self.group(ui, rows, of(Part::Trained), Self::trained_ui);
        self.group(ui, rows, of(Part::Training), Self::training_ui);
        self.group(ui, rows, Section::Device, |setup, ui, rows| {
            setup.device_ui(ui, rows, adapters);
        });
    }

    fn summary_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        ui.separator();
        ui.label(RichText::new("What it will take").strong());
        if let Some(problem) = rows.problem {
            let text = format!("Cannot start: {}", problem.sentence);
            let text = RichText::new(text).color(problem_colour(ui));
            ui.add(Label::new(text).wrap());
        }
        let (shape, is_known) = self.shape();
        let is_current = self.is_current() && rows.problem.is_none();
        let mut parts = self.folds.is_open("memory", false);
        if let Some(needs) = self.estimator.last() {
            let assumed = (!is_known).then_some(shape);
            steady(ui, "needs", |ui| {
                needs_ui(ui, needs, is_current, assumed, &mut parts);
            });
            self.folds.set("memory", false, parts);
        } else if rows.problem.is_none() {
            ui.label("working it out …");
        }
    }

    /// A foldable part of the form, marked where it hides what is wrong.
    fn group(
        &mut self,
        ui: &mut Ui,
        rows: Rows<'_>,
        section: Section,
        body: impl FnOnce(&mut Self, &mut Ui, Rows<'_>),
    ) {
        let (name, opens) = (section.title(), section.comes_open());
        let is_open = self.folds.is_open(name, opens);
        let hides_problem = !is_open
            && rows
                .problem
                .is_some_and(|problem| section.holds(problem.row));
        let title = match hides_problem {
            true => format!("{name} (something is wrong here)"),
            false => name.to_owned(),
        };
        let title = match opens {
            true => RichText::new(title).strong(),
            false => RichText::new(title).color(ui.visuals().text_color()),
        };
        ui.add_space(if opens { 4.0 } else { 0.0 });
        let shown = CollapsingHeader::new(title)
            .id_salt(name)
            .open(Some(is_open))
            .show_unindented(ui, |ui| body(self, ui, rows));
        let tooltip = match is_open {
            true => "Folds this part away.",
            false => "Opens this part.",
        };
        if shown.header_response.on_hover_text(tooltip).clicked() {
            self.folds.set(name, opens, !is_open);
        }
    }

    fn presets_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let tooltip = "The article's comparisons, as settings: each changes only what it is about.";
        let shown = self.preset.map_or("choose one", |preset| preset.name);
        let mut chosen = None;
        rows.row(ui, Row::Preset, tooltip, |ui| {
            fields::list(ui, "preset", shown)
                .show_ui(ui, |ui| {
                    for (at, preset) in presets::ALL.iter().enumerate() {
                        if at == 0 || presets::ALL[at - 1].group != preset.group {
                            ui.label(RichText::new(preset.group).small().weak());
                        }
                        let is_chosen = self.preset.is_some_and(|now| now.name == preset.name);
                        let entry = ui.selectable_label(is_chosen, preset.name);
                        if entry.on_hover_text(preset.about).clicked() {
                            chosen = Some(preset);
                        }
                    }
                })
                .response
        });
        if let Some(preset) = chosen {
            self.apply(preset);
        }
        if let Some(preset) = self.preset {
            ui.add(Label::new(RichText::new(preset.about).small()).wrap());
        }
    }

    /// Checks what can be checked at once, and asks for the rest where anything changed.
    fn ask_needs(&mut self, ui: &Ui, adapters: &[Capabilities]) {
        let question = Question {
            settings: self.settings.clone(),
            data: self.shape().0,
            adapter: self.chosen_adapter(adapters).cloned(),
        };
        if self.asked.as_ref() != Some(&question) {
            let checked = start::check(&self.settings);
            let problem = checked.err().map(|error| Problem::of(&error, Field::Data));
            if self.problem != problem {
                // It is drawn above what found it.
                ui.ctx().request_repaint();
            }
            self.problem = problem;
            match self.problem {
                None => self.estimator.ask(question.clone()),
                Some(_) => self.estimator.cancel(),
            }
            self.asked = Some(question);
        }
        let ctx = ui.ctx().clone();
        self.estimator.update(move || ctx.request_repaint());
    }
}

impl Folds {
    /// Whether a part is open; `opens` says whether it comes open.
    pub fn is_open(&self, name: &str, opens: bool) -> bool {
        self.0.get(name).copied().unwrap_or(opens)
    }

    /// Opens or folds a part.
    pub fn set(&mut self, name: &str, opens: bool, open: bool) {
        if open == opens {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), open);
        }
    }
}
