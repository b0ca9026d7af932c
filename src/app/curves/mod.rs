//! Loss, accuracy and learning rate against the course of a run, earlier runs laid over.
//!
//! [`history`](crate::train::history) keeps what a run reported. Here: what the reader chose, and the widgets around the plot;
//! `plot` draws it, `run_points` keeps the points of its lines, `axes` places the marks, `hover` says
//! what lies under the pointer, `legend` names the lines, [`earlier`] has the runs to compare with.

pub(super) mod axes;
pub mod earlier;
mod hover;
mod legend;
mod plot;
mod run_points;

use eframe::Storage;
use egui::{Slider, Ui};
use serde::{Deserialize, Serialize};

pub use self::earlier::Earlier;
use self::plot::Zoom;
use self::run_points::{Key, RunPoints};
use crate::app::action::Action;
use crate::app::layout_class::{fold_switch, is_short};
use crate::app::shared::Shared;
use crate::app::view::{Place, View, recall};
use crate::app::waiting;
use crate::numbers::{grouped, read};
pub use crate::train::history::quantity::Quantity;
use crate::train::history::quantity::SMOOTHING;
use crate::train::history::{Axis, History};

/// The name that the view is kept under.
const KEPT: &str = "curves";

/// The longest stretch of steps to draw the mean of.
const LONGEST_WINDOW: u32 = 10_000;

impl Quantity {
    fn tip(self) -> &'static str {
        match self {
            Self::Loss => {
                "Mean cross-entropy in nats, over the batch of a step and over the test set"
            }
            Self::Accuracy => {
                "Images classified correctly in %, of a step's batch and of the test set"
            }
            Self::LearningRate => "Learning rate of each step",
        }
    }

    fn training_label(self) -> &'static str {
        match self {
            Self::LearningRate => "learning rate",
            _ => "training",
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Loss => format!("{value:.4} nats"),
            Self::Accuracy => format!("{:.2} %", 100.0 * value),
            Self::LearningRate => format!("{}", value as f32),
        }
    }
}

impl Axis {
    /// All of them, in the order to offer them in.
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Epoch => "epoch",
            Self::Time => "time",
        }
    }

    fn tip(self) -> &'static str {
        match self {
            Self::Step => "Draw against steps: one batch and one update each",
            Self::Epoch => "Draw against epochs: passes over the training set",
            Self::Time => "Draw against time of training and evaluation, pauses left out",
        }
    }
}

/// What the curves are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The name of the run under way.
    pub name: &'a str,
    /// What it reported.
    pub history: &'a History,
    /// Runs to compare with.
    pub earlier: &'a [Earlier],
    /// The step that the reader looks at elsewhere: a vertical line.
    pub marked_step: Option<u64>,
}

/// What the reader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Draw an earlier run, or not.
    Show {
        /// Its place in [`Input::earlier`].
        run: usize,
        /// Whether to draw it.
        shown: bool,
    },
    /// Take the earlier run at this place out of the comparison.
    Remove(usize),
    /// Choose earlier runs to compare with.
    Compare,
    /// Look at this step.
    Mark(u64),
}

/// The view: what the reader chose in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Curves {
    /// What is drawn.
    pub quantity: Quantity,
    /// Against what.
    pub axis: Axis,
    /// Whether the vertical axis is logarithmic.
    pub is_logarithmic: bool,
    /// Steps that the training line is the mean of; 1 for no smoothing.
    pub window: u32,
    #[serde(skip)]
    zoom: Zoom,
    /// What is waited for, if nothing can be drawn yet.
    #[serde(skip)]
    waits: Option<String>,
    /// Steps of the longest run drawn, up to which smoothing makes sense.
    #[serde(skip)]
    longest_window: u32,
    /// The run under way, then the earlier ones that are shown.
    #[serde(skip)]
    drawn: Vec<RunPoints>,
}

impl Default for Curves {
    fn default() -> Self {
        Self {
            quantity: Quantity::default(),
            axis: Axis::default(),
            is_logarithmic: false,
            window: SMOOTHING,
            zoom: Zoom::default(),
            waits: None,
            longest_window: LONGEST_WINDOW,
            drawn: Vec::new(),
        }
    }
}

impl Curves {
    /// Draws controls, legend and plot into all the space there is.
    pub fn ui(&mut self, ui: &mut Ui, input: &Input<'_>) -> Option<Reply> {
        let steps = self.runs(input).filter_map(History::last_step).max();
        let steps = steps.map_or(LONGEST_WINDOW, |steps| {
            u32::try_from(steps).unwrap_or(u32::MAX)
        });
        self.longest_window = steps.clamp(1, LONGEST_WINDOW);
        let reply = match is_short(ui) {
            true => self.short_header_ui(ui, input),
            false => legend::in_half(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    self.quantity_ui(ui);
                    ui.separator();
                    self.axes_ui(ui);
                });
                let legend = ui.horizontal_wrapped(|ui| legend::ui(ui, input, self.quantity));
                legend.inner
            }),
        };
        let runs: Vec<&History> = self.runs(input).collect();
        let Some(extent) = plot::extent(&runs, self.axis) else {
            self.drawn.clear();
            ui.centered_and_justified(|ui| ui.label(self.nothing(input)));
            return reply;
        };
        let range = self.zoom.x.unwrap_or(extent);
        // One point a pixel at most: more cannot be seen.
        let columns = ui.available_width().clamp(1.0, 8192.0) as usize;
        self.refresh(&runs, range, columns);
        for note in self.notes(&runs) {
            ui.weak(note);
        }
        reply.or(self.plot_ui(ui, input, range))
    }

    /// How many points the plot was handed in the last frame; it does not grow with the run.
    pub fn points_drawn(&self) -> usize {
        self.drawn.iter().map(RunPoints::points).sum()
    }

    /// The part of the plot that is seen, where the reader has zoomed: horizontally, in units of the
    /// axis; vertically, in units of the quantity, or their decimal logarithms.
    pub fn zoomed(&self) -> [Option<(f64, f64)>; 2] {
        [self.zoom.x, self.zoom.y]
    }

    fn runs<'a>(&self, input: &Input<'a>) -> impl Iterator<Item = &'a History> + use<'a> {
        let shown = input.earlier.iter().filter(|run| run.shown);
        std::iter::once(input.history).chain(shown.map(|run| &*run.history))
    }

    fn refresh(&mut self, runs: &[&History], range: (f64, f64), columns: usize) {
        self.drawn.resize_with(runs.len(), RunPoints::default);
        for (at, (drawn, history)) in self.drawn.iter_mut().zip(runs).enumerate() {
            let key = Key {
                stamp: history.stamp(),
                quantity: self.quantity,
                axis: self.axis,
                is_logarithmic: self.is_logarithmic,
                range,
                // Dashes take more room than points.
                columns: if at == 0 {
                    columns
                } else {
                    columns.div_ceil(3)
                },
                // No mean is of more steps than there are.
                window: self
                    .quantity
                    .window(shortened(self.window, history) as usize),
            };
            drawn.refresh(history, key);
        }
    }

    /// Controls and legend in as few rows as they fit into.
    fn short_header_ui(&mut self, ui: &mut Ui, input: &Input<'_>) -> Option<Reply> {
        let row = ui.horizontal_wrapped(|ui| {
            self.quantity_ui(ui);
            let is_open = fold_switch(ui, "Axes…");
            (is_open, legend::ui(ui, input, self.quantity))
        });
        let (is_open, reply) = row.inner;
        if is_open {
            ui.horizontal_wrapped(|ui| self.axes_ui(ui));
        }
        reply
    }

    fn quantity_ui(&mut self, ui: &mut Ui) {
        for quantity in Quantity::ALL {
            let button = ui.selectable_value(&mut self.quantity, quantity, quantity.label());
            if button.on_hover_text(quantity.tip()).changed() {
                self.zoom.y = None;
            }
        }
    }

    fn axes_ui(&mut self, ui: &mut Ui) {
        ui.label("by");
        for axis in Axis::ALL {
            let button = ui.selectable_value(&mut self.axis, axis, axis.label());
            if button.on_hover_text(axis.tip()).changed() {
                self.zoom.x = None;
            }
        }
        ui.separator();
        let tip = "Make the vertical axis logarithmic: equal distances are equal ratios";
        let log = ui.checkbox(&mut self.is_logarithmic, "log scale");
        if log.on_hover_text(tip).changed() {
            self.zoom.y = None;
        }
        ui.end_row();
        let label = ui.label("smoothing");
        ui.spacing_mut().slider_width = 80.0;
        let longest = self.longest_window;
        let mut window = self.window.min(longest);
        let before = window;
        let slider = Slider::new(&mut window, 1..=longest)
            .logarithmic(true)
            .custom_formatter(|steps, _| window_text(steps))
            .custom_parser(window_of);
        ui.add_enabled(self.quantity.has_noise(), slider)
            .labelled_by(label.id)
            .on_hover_text(
                "The training line is the mean of each step and as many before it, in steps; the pale \
                 band behind it reaches from the least to the greatest single value",
            )
            .on_disabled_hover_text("The learning rate has no noise to smooth away");
        if window != before {
            self.window = window;
        }
        let reset = ui.add_enabled(self.zoom.is_set(), egui::Button::new("Reset zoom"));
        let tip = "Show the whole run again; a double click on the plot does the same";
        if reset.on_hover_text(tip).clicked() {
            self.zoom = Zoom::default();
        }
    }

    fn nothing(&self, input: &Input<'_>) -> &str {
        const INVITATION: &str = "Press Start: the curves begin with the first step.";
        match input.history.is_empty() {
            true => self.waits.as_deref().unwrap_or(INVITATION),
            false => {
                "This run's file does not say when its steps were taken; choose step or epoch."
            }
        }
    }

    fn notes(&self, runs: &[&History]) -> impl Iterator<Item = &'static str> {
        let lacks_values = self.drawn.iter().any(|drawn| drawn.lacks_values);
        let lacks_times = runs.iter().any(|run| !run.places_steps(self.axis));
        let log = "Values of 0 have no place on a logarithmic axis and are left out.";
        let time = "A run whose file does not say when its steps were taken is drawn without them.";
        [(lacks_values, log), (lacks_times, time)]
            .into_iter()
            .filter_map(|(is_so, note)| is_so.then_some(note))
    }
}

impl View for Curves {
    fn title(&self) -> &'static str {
        "Curves"
    }

    fn icon(&self) -> &'static str {
        "≈"
    }

    fn help(&self) -> &'static str {
        "Loss, accuracy and learning rate over the run, earlier runs laid over"
    }

    fn place(&self) -> Place {
        Place::Course
    }

    fn least_height(&self) -> f32 {
        250.0
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        self.waits = waiting::for_the_first_step(shared);
        let nothing = History::default();
        let (name, history) = match &shared.run {
            Some(run) => (shared.name_of_run(run), &run.history),
            None => (String::new(), &nothing),
        };
        let input = Input {
            name: &name,
            history,
            earlier: &shared.earlier,
            marked_step: shared.scrub.step(),
        };
        match self.ui(ui, &input)? {
            Reply::Show { run, shown } => shared.earlier[run].shown = shown,
            Reply::Remove(run) => {
                shared.earlier.remove(run);
            }
            Reply::Compare => return Some(Action::CompareRun),
            Reply::Mark(step) => shared.scrub.go(Some(step)),
        }
        None
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
    }
}

/// Steps that the training line of a run is the mean of.
fn shortened(window: u32, run: &History) -> u32 {
    let steps = run.last_step().unwrap_or_default();
    let longest = u32::try_from(steps).unwrap_or(u32::MAX);
    window.clamp(1, longest.max(1))
}

/// The number in a text such as `mean of 1,000 steps`.
fn window_of(text: &str) -> Option<f64> {
    match text.trim() {
        "none" => Some(1.0),
        text => text.split_whitespace().find_map(read),
    }
}

fn window_text(steps: f64) -> String {
    match steps as u64 {
        0 | 1 => "none".to_owned(),
        steps => format!("mean of {} steps", grouped(steps)),
    }
}
