//! Runs that follow one another to be compared: which is under way, how long all will take, and at the
//! end a table of them.

use egui::{Grid, Ui};

use super::run_view::RunView;
use crate::network::counts;
use crate::numbers::{duration, grouped, percent, percent_closely};
use crate::train::metric::Metric;
use crate::train::run::Ending;
use crate::train::trainer::GAMMA_THRESHOLD;

/// The runs of a comparison.
#[derive(Debug, Default)]
pub struct Lesson {
    names: Vec<String>,
    rows: Vec<Row>,
    stops_after_this: bool,
    is_over: bool,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What sets it apart.
    pub name: String,
    /// How it ended; none for a failure.
    pub ending: Option<Ending>,
    /// Parameters that trained, and all.
    pub parameters: (u64, u64),
    /// The last test accuracy, from 0 to 1.
    pub accuracy: Option<f64>,
    /// How many test images that is of.
    pub test_images: usize,
    /// Channels that are off, and all.
    pub off: Option<(usize, usize)>,
    /// Seconds of training.
    pub seconds: f64,
}

impl Row {
    fn of(name: String, run: &RunView) -> Self {
        let opened = run.opened.as_ref();
        let last = run.norms.last().map(|last| &last.norms.gamma);
        let off = last.map(|gamma| {
            let off = gamma.iter().filter(|gamma| gamma.abs() < GAMMA_THRESHOLD);
            (off.count(), gamma.len())
        });
        let seconds = run.history.events().map(|event| match event {
            Metric::Step { seconds, .. } | Metric::Eval { seconds, .. } => seconds,
        });
        Self {
            name,
            ending: run.ending,
            parameters: opened.map_or((0, 0), |opened| {
                let start = &opened.start;
                let trained = start.trained.trained_count(&start.graph);
                (trained, counts(&start.graph).all)
            }),
            accuracy: run.accuracy,
            test_images: opened.map_or(0, |opened| opened.data.test.len()),
            off,
            seconds: seconds.fold(0.0, f64::max),
        }
    }

    /// Its cells, as they are shown and copied.
    pub fn cells(&self) -> [String; 5] {
        let (trained, all) = self.parameters;
        let name = match self.ending {
            Some(Ending::Finished) => self.name.clone(),
            Some(Ending::Interrupted | Ending::NotBegun) => format!("{} (stopped)", self.name),
            None => format!("{} (failed)", self.name),
        };
        let accuracy = self.accuracy.map_or("not tested".to_owned(), |accuracy| {
            let images = self.test_images.max(1) as f64;
            let error = (accuracy * (1.0 - accuracy) / images).sqrt();
            format!("{:.1} ± {}", 100.0 * accuracy, percent(error))
        });
        let share = percent_closely(trained as f64 / all.max(1) as f64);
        let off = self.off.map_or(String::new(), |(off, channels)| {
            format!("{} of {}", grouped(off as u64), grouped(channels as u64))
        });
        let parameters = format!("{} ({share})", grouped(trained));
        [name, parameters, accuracy, off, duration(self.seconds)]
    }
}

/// What stands above the columns, and what it means.
const COLUMNS: [(&str, &str); 5] = [
    ("run", "What sets the run apart"),
    ("parameters trained", "How many, and their share of all"),
    (
        "test accuracy",
        "At the last test, with its standard error: √(p·(1 − p) / images)",
    ),
    ("channels off", "Channels with |γ| < 0.01 at the end"),
    ("time", "Training and tests, pauses left out"),
];

impl Lesson {
    /// A comparison of runs with these names begins. One run alone is compared with nothing.
    pub fn begin(&mut self, names: Vec<String>) {
        *self = Self {
            is_over: names.len() < 2,
            names,
            ..Self::default()
        };
    }

    /// Another run was begun by hand: the comparison is over, and what was found stays.
    pub fn leave(&mut self) {
        self.is_over = true;
    }

    /// Takes in a run that ended, and says whether the next is to follow.
    pub fn ended(&mut self, run: &RunView, is_finished: bool) -> bool {
        if self.is_over {
            return true;
        }
        if let Some(name) = self.names.get(self.rows.len()) {
            self.rows.push(Row::of(name.clone(), run));
        }
        let goes_on = is_finished && !self.stops_after_this && self.rows.len() < self.names.len();
        self.is_over = !goes_on;
        goes_on
    }

    /// Whether runs are still to come or under way.
    pub fn is_under_way(&self) -> bool {
        !self.is_over && !self.names.is_empty()
    }

    /// Whether there is something to draw.
    pub fn is_shown(&self) -> bool {
        self.is_under_way() || !self.rows.is_empty()
    }

    /// The runs that ended, in their order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What runs now, which of how many, and how long all will take.
    pub fn words(&self, run: Option<&RunView>) -> String {
        let (at, of) = (self.rows.len(), self.names.len());
        let Some(name) = self.names.get(at) else {
            return String::new();
        };
        let left = run.and_then(|run| {
            let left = run.seconds_left()?;
            let steps = run.total_steps.saturating_sub(run.step).max(1);
            let whole = left / steps as f64 * run.total_steps as f64;
            let to_come = if self.stops_after_this {
                0
            } else {
                of - at - 1
            };
            Some(left + whole * to_come as f64)
        });
        let left = left.map_or(String::new(), |left| {
            format!(", about {} left of all", duration(left))
        });
        format!("Comparison: run {} of {of}, {name}{left}", at + 1)
    }

    /// Draws what runs now, or the table at the end.
    pub fn ui(&mut self, ui: &mut Ui, run: Option<&RunView>) {
        if self.is_under_way() {
            ui.horizontal_wrapped(|ui| {
                ui.label(self.words(run));
                let tip = "Let the run under way come to its end, and begin none of the others";
                ui.checkbox(&mut self.stops_after_this, "Stop after this one")
                    .on_hover_text(tip);
            });
            return;
        }
        let mut is_closed = false;
        self.table_ui(ui);
        ui.horizontal(|ui| {
            let copy = ui.button("Copy the table");
            let tip = "Copy it with tabs between its columns, to paste it into a sheet";
            if copy.on_hover_text(tip).clicked() {
                ui.ctx().copy_text(self.as_text());
            }
            let close = ui.button("Close the table");
            is_closed = close
                .on_hover_text("Take the table of these runs off")
                .clicked();
        });
        if is_closed {
            *self = Self::default();
        }
    }

    fn table_ui(&self, ui: &mut Ui) {
        egui::ScrollArea::both()
            .id_salt("the runs compared")
            .max_height(180.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                let grid = Grid::new("the runs compared").striped(true);
                grid.spacing([18.0, 4.0]).show(ui, |ui| {
                    for (name, tip) in COLUMNS {
                        ui.strong(name).on_hover_text(tip);
                    }
                    ui.end_row();
                    for row in &self.rows {
                        for cell in row.cells() {
                            ui.label(cell);
                        }
                        ui.end_row();
                    }
                });
            });
        let missing = self.names.len().saturating_sub(self.rows.len());
        if missing > 0 {
            ui.weak(format!(
                "{missing} of {} runs were not begun.",
                self.names.len()
            ));
        }
    }

    /// The table with tabs between its columns.
    fn as_text(&self) -> String {
        let head = COLUMNS.map(|(name, _)| name).join("\t");
        let rows = self.rows.iter().map(|row| row.cells().join("\t"));
        std::iter::once(head)
            .chain(rows)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
