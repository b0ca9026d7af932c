//! Experiments: a question, several runs of arms that differ in one thing, and what they answer.
//!
//! [`known`] is what is known of them and what the reader wants; here the view, `choice` draws what is chosen and what will
//! run, `table` how far each run is, `figure` what they came to.

mod choice;
mod figure;
pub mod known;
mod table;

use egui::{RichText, ScrollArea, Ui};

use self::figure::Figures;
use self::known::{Experiments, Laid, Standing, Takes, Wish};
use super::action::Action;
use super::shared::Shared;
use super::theme::problem_colour;
use super::view::{Place, View};
use crate::experiment::report::Report;
use crate::experiment::verdict::Verdict;
use crate::numbers::duration;
use crate::platform::IS_A_PAGE;

/// The view: what the reader chose in it.
#[derive(Debug, Default)]
pub struct ExperimentsView {
    figures: Figures,
}

impl ExperimentsView {
    /// Draws all of it.
    pub fn ui(&mut self, ui: &mut Ui, experiments: &mut Experiments) {
        if experiments.laid.is_none() {
            experiments.wish(Wish::LayOut);
        }
        let rows = ScrollArea::vertical()
            .id_salt("experiment")
            .auto_shrink(false);
        rows.show(ui, |ui| {
            choice::ui(ui, experiments);
            if let Some(Err(what)) = &experiments.laid {
                ui.colored_label(problem_colour(ui), what);
            }
            let wishes = match experiments.laid() {
                Some(laid) => self.laid_ui(ui, laid, experiments.problem.as_deref()),
                None => Vec::new(),
            };
            wishes.into_iter().for_each(|wish| experiments.wish(wish));
        });
    }

    fn laid_ui(&mut self, ui: &mut Ui, laid: &Laid, problem: Option<&str>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        about_ui(ui, laid);
        length_ui(ui, laid, &mut wishes);
        if let Some(lacks) = &laid.lacks {
            let text = format!(
                "There are no images at {}. Choose CIFAR-10's binary archive, or other images.",
                lacks.display()
            );
            ui.colored_label(problem_colour(ui), text);
        }
        if let Some(problem) = problem {
            ui.colored_label(problem_colour(ui), problem);
        }
        buttons_ui(ui, laid, &mut wishes);
        ui.separator();
        if !laid.results.is_empty() {
            answer_ui(ui, laid);
        }
        table::ui(ui, laid, &mut wishes);
        if !laid.results.is_empty() {
            ui.add_space(6.0);
            self.figures.ui(ui, laid);
        }
        wishes
    }
}

/// The question, what is behind it, and where to look.
fn about_ui(ui: &mut Ui, laid: &Laid) {
    let experiment = &laid.plan.experiment;
    ui.label(RichText::new(&experiment.question).heading());
    // As soon as there is something to see, that has the room.
    let is_new = laid.results.is_empty() && !laid.is_under_way();
    egui::CollapsingHeader::new("What is behind it, and where to look")
        .id_salt(("about", &experiment.name, is_new))
        .default_open(is_new)
        .show(ui, |ui| {
            for text in [&experiment.about, &experiment.method, &experiment.look] {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !line.is_empty() {
                    ui.label(line);
                    ui.add_space(3.0);
                }
            }
        });
}

/// What will run, and how long it takes.
fn length_ui(ui: &mut Ui, laid: &Laid, wishes: &mut Vec<Wish>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(choice::what_runs(laid));
        if laid.is_complete() {
            return;
        }
        match (&laid.takes, laid.seconds_left()) {
            (Takes::Measuring, _) => {
                // Nothing that turns: where the CPU draws, each frame would disturb what is measured.
                ui.label("measuring some steps, to say how long …");
            }
            (_, Some(left)) => {
                ui.strong(format!("about {} left", duration(left)));
            }
            (Takes::Seconds(all), None) => {
                let tip = "By some steps of the smallest and the largest arm on this adapter";
                ui.strong(format!("about {}", duration(*all)))
                    .on_hover_text(tip);
            }
            (Takes::Failed(why), None) => {
                ui.label(format!("how long it takes cannot be said: {why}"));
            }
            (Takes::Unknown, None) if laid.is_under_way() => {}
            (Takes::Unknown, None) => {
                let tip = "Measures some steps of the smallest and the largest arm on this adapter";
                let button = ui.add_enabled(laid.lacks.is_none(), egui::Button::new("How long?"));
                if button.on_hover_text(tip).clicked() {
                    wishes.push(Wish::Estimate);
                }
            }
        }
    });
}

/// Start, stop, and what is taken away.
fn buttons_ui(ui: &mut Ui, laid: &Laid, wishes: &mut Vec<Wish>) {
    ui.horizontal_wrapped(|ui| {
        let mut button = |text: &str, tip: &str, is_enabled: bool, wish: Wish| {
            let button = ui.add_enabled(is_enabled, egui::Button::new(text));
            if button
                .on_hover_text(tip)
                .on_disabled_hover_text(tip)
                .clicked()
            {
                wishes.push(wish);
            }
        };
        if laid.is_under_way() {
            let tip = "Saves the run under way and begins no other; all of it can go on later";
            button("Stop the experiment", tip, true, Wish::Stop);
        } else if !laid.is_complete() {
            let has_begun = !laid.results.is_empty()
                || laid.runs.iter().any(|(_, run)| *run == Standing::LeftOff);
            let (text, tip) = match has_begun {
                true => (
                    "Go on with it",
                    "Makes the runs that are missing; one that was cut off goes on from its last checkpoint",
                ),
                false => (
                    "Start the experiment",
                    "Makes all its runs, one after another. A run under way is saved first.",
                ),
            };
            button(text, tip, laid.lacks.is_none(), Wish::Start);
        }
        if laid.results.is_empty() {
            return;
        }
        match IS_A_PAGE {
            true => {
                let tip = "One file with all figures, to be read without this program";
                button("Download the report", tip, true, Wish::SaveReport);
                let tip = "A row a run, with all that was measured";
                button("Download the table", tip, true, Wish::SaveTable);
            }
            false => {
                let folder = laid.folder.path().display();
                let tip = format!("Writes report.html into {folder}, and opens it in a browser");
                button("Open the report", &tip, true, Wish::OpenReport);
                let tip = "One file with all figures, to be read without this program";
                button("Save the report…", tip, true, Wish::SaveReport);
                let tip = "A row a run, with all that was measured";
                button("Save the table…", tip, true, Wish::SaveTable);
            }
        }
    });
}

/// The verdict, or how far it is from one.
fn answer_ui(ui: &mut Ui, laid: &Laid) {
    let report = Report {
        plan: &laid.plan,
        results: &laid.results,
        missing: &laid.missing,
        day: "",
    };
    let headline = headline(laid);
    ui.label(RichText::new(headline).strong().size(17.0));
    for line in report.because() {
        ui.label(line);
    }
    let rule = match laid.verdict {
        Some(_) => {
            "The rule: Welch's t of two means, or of two slopes, at 95 %, over three runs of an arm at least."
        }
        None => return,
    };
    ui.weak(rule);
    ui.add_space(4.0);
}

/// The verdict in a few words.
pub fn headline(laid: &Laid) -> String {
    let (done, all) = (laid.results.len(), laid.runs.len());
    let so_far = format!("{done} of {all} runs");
    match (laid.verdict, done < all) {
        (None, true) => format!("A table without a verdict, so far: {so_far}"),
        (None, false) => "A table without a verdict".to_owned(),
        (Some(Verdict::Undecided), true) => format!("Undecided yet: {so_far}"),
        (Some(verdict), true) => format!("So far {}: {so_far}", verdict.word()),
        (Some(verdict), false) => format!("Verdict: {}", verdict.word()),
    }
}

impl View for ExperimentsView {
    fn title(&self) -> &'static str {
        "Experiments"
    }

    fn icon(&self) -> &'static str {
        "±"
    }

    fn help(&self) -> &'static str {
        "The paper's points as questions: several runs each, with error bars and a verdict"
    }

    fn place(&self) -> Place {
        Place::Course
    }

    fn scrolls(&self) -> bool {
        true
    }

    fn needs_a_run(&self) -> bool {
        false
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        self.ui(ui, &mut shared.experiments);
        None
    }
}
