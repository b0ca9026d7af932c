//! How far each run is: a row an arm, a column a seed.

use egui::{Grid, Label, ProgressBar, RichText, ScrollArea, Sense, Ui};

use super::known::{Laid, Standing, Wish};
use crate::app::theme::problem_colour;
use crate::experiment::plan::{PlannedArm, RunName};
use crate::experiment::report::words::{estimate, value};
use crate::experiment::results::{Measure, Outcome, RunResult};
use crate::experiment::statistics::Estimate;
use crate::experiment::verdict::values;

/// Width of a run's cell, in points.
const CELL: f32 = 64.0;
/// Widest name of an arm, in points.
const NAME: f32 = 190.0;
/// Below this width the mean stands below the arm's name.
const NARROW: f32 = 480.0;

/// What a mean is.
const MEAN: &str = "Mean over the seeds so far, and its 95 % confidence interval";

/// Draws it.
pub(super) fn ui(ui: &mut Ui, laid: &Laid, wishes: &mut Vec<Wish>) {
    let measure = laid.measure();
    let is_narrow = ui.available_width() < NARROW;
    ui.label(RichText::new(measure.label()).strong());
    let rows = ScrollArea::horizontal().id_salt("runs of the experiment");
    rows.show(ui, |ui| {
        let grid = Grid::new((
            "runs of",
            &laid.plan.experiment.name,
            laid.plan.scale.name(),
        ));
        let grid = grid
            .striped(true)
            .spacing([if is_narrow { 6.0 } else { 10.0 }, 4.0])
            .min_col_width(if is_narrow { 0.0 } else { CELL });
        grid.show(ui, |ui| {
            ui.label("");
            for seed in 0..laid.plan.seeds {
                ui.weak(format!("seed {seed}"));
            }
            if !is_narrow {
                ui.weak("mean").on_hover_text(MEAN);
            }
            ui.end_row();
            for arm in &laid.plan.arms {
                row_ui(ui, laid, arm, (measure, is_narrow), wishes);
                ui.end_row();
            }
        });
    });
}

fn row_ui(
    ui: &mut Ui,
    laid: &Laid,
    arm: &PlannedArm,
    (measure, is_narrow): (Measure, bool),
    wishes: &mut Vec<Wish>,
) {
    let found = Estimate::of(&values(&laid.results, &arm.name, measure));
    let mean_ui = |ui: &mut Ui| {
        let mean = match found {
            Some(found) => ui.strong(estimate(measure, &found)),
            None => ui.weak("–"),
        };
        mean.on_hover_text(MEAN);
    };
    ui.vertical(|ui| {
        let share = if is_narrow { 0.3 } else { 0.4 };
        ui.set_max_width(NAME.min(share * ui.ctx().content_rect().width()));
        ui.add(Label::new(&arm.label).wrap());
        if is_narrow {
            mean_ui(ui);
        }
    });
    for (run, standing) in laid.runs.iter().filter(|(run, _)| run.arm == arm.name) {
        let of = format!("{}, seed {}", arm.label, run.seed);
        cell_ui(ui, &of, run, standing, laid.result(run), measure, wishes);
    }
    if !is_narrow {
        mean_ui(ui);
    }
}

fn cell_ui(
    ui: &mut Ui,
    of: &str,
    run: &RunName,
    standing: &Standing,
    result: Option<&RunResult>,
    measure: Measure,
    wishes: &mut Vec<Wish>,
) {
    let link = |ui: &mut Ui, text: RichText, tip: &str| {
        let label = ui.add(Label::new(text.clone()).sense(Sense::click()));
        let name = format!("{of}: {}", text.text());
        label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, name.clone()));
        label
            .on_hover_text(format!("{of}: {tip}"))
            .on_hover_cursor(egui::CursorIcon::PointingHand)
            .clicked()
    };
    let is_opened = match standing {
        Standing::Queued => {
            ui.weak("queued").on_hover_text(of);
            false
        }
        Standing::Measured => {
            ui.label("measured …").on_hover_text(of);
            false
        }
        Standing::LeftOff => link(
            ui,
            RichText::new("stopped").weak(),
            "it goes on from its last checkpoint. A click shows it.",
        ),
        Standing::UnderWay(step, steps) => {
            let share = *step as f32 / (*steps).max(1) as f32;
            let text = format!("{:.0} %", 100.0 * share);
            let bar = ProgressBar::new(share)
                .desired_width(CELL.min(0.15 * ui.ctx().content_rect().width()))
                .text(text);
            ui.add(bar)
                .on_hover_text(format!("{of}: step {step} of {steps}"));
            false
        }
        Standing::Failed(why) => {
            let text = RichText::new("failed").color(problem_colour(ui));
            link(ui, text, why)
        }
        Standing::Done => {
            let (text, tip) = done(result, measure);
            let colour = ui.visuals().hyperlink_color;
            link(ui, RichText::new(text).color(colour), &tip)
        }
    };
    if is_opened {
        wishes.push(Wish::Open(run.clone()));
    }
}

/// What a run came to, in a word, and as a sentence.
fn done(result: Option<&RunResult>, measure: Measure) -> (String, String) {
    let found = result.and_then(|result| result.measures.get(&measure));
    let found = found.map_or_else(|| "–".to_owned(), |found| value(measure, *found));
    match result.map(|result| &result.outcome) {
        Some(Outcome::Diverged(why)) => (
            "diverged".to_owned(),
            format!("{why}. It counts with {found}. A click shows the run."),
        ),
        _ => (
            found.clone(),
            format!("{} {found}. A click shows the run.", measure.label()),
        ),
    }
}
