//! The form's fields about how it trains.

use std::hash::{BuildHasher, RandomState};

use egui::{ComboBox, Slider, SliderClamping, Ui};

use super::Setup;
use super::fields::{Rows, add_number, number, plainly, tooltip, with_reader};
use super::problem::{Row, Section};
use crate::app::icons::{die, picture_button};
use crate::field::Field;
use crate::train::schedule::Schedule;
use crate::train::setting::Part;
use crate::train::settings::OptimizerKind;

/// The schedules, without their numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    Constant,
    Step,
    Cosine,
    OneCycle,
}

const COURSES: [(Course, &str, &str); 4] = [
    (
        Course::Step,
        "falls at epochs",
        "Multiplied by a factor at the start of each of some epochs.",
    ),
    (Course::Constant, "stays", "The same from beginning to end."),
    (
        Course::Cosine,
        "falls as a cosine",
        "Falls to zero along half a cosine, a little each step.",
    ),
    (
        Course::OneCycle,
        "rises, then falls",
        "One cycle: rises over the first 30 % of the steps, then falls to almost nothing. Good for short \
         runs.",
    ),
];

const FLIPS: [(Option<bool>, &str, &str); 3] = [
    (
        None,
        "unless grey",
        "Images of one channel are not mirrored: they are often digits or letters.",
    ),
    (Some(true), "on", "Half of the images are mirrored."),
    (Some(false), "off", "No image is mirrored."),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Epochs,
    Steps,
}

impl Setup {
    pub(super) fn training_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        self.length_ui(ui, rows);
        rows.number(ui, Field::BatchSize, &mut self.settings.batch_size);
        let before = self.settings.optimizer;
        rows.choice(ui, Field::Optimizer, &mut self.settings);
        if self.settings.optimizer != before && self.settings.optimizer != OptimizerKind::Sgd {
            self.settings.nesterov = false;
        }
        rows.row(ui, Field::Lr, &tooltip(Field::Lr), |ui| {
            ui.spacing_mut().slider_width = (ui.available_width() - 68.0).max(40.0);
            let slider = Slider::new(&mut self.settings.lr, 1e-5..=10.0)
                .logarithmic(true)
                .clamping(SliderClamping::Never)
                .custom_formatter(plainly);
            with_reader(ui, Field::Lr.into(), false, |ui, reader| {
                ui.add(slider.custom_parser(reader))
            })
        });
        self.schedule_ui(ui, rows);
        self.seed_ui(ui, rows);
        const DRAWN: [Field; 8] = [
            Field::Epochs,
            Field::MaxSteps,
            Field::BatchSize,
            Field::Optimizer,
            Field::Lr,
            Field::Schedule,
            Field::LrGamma,
            Field::Seed,
        ];
        rows.others(ui, Part::Training, &DRAWN, &mut self.settings);
        self.group(ui, rows, Section::Of(Part::More), |setup, ui, rows| {
            setup.more_ui(ui, rows)
        });
    }

    fn length_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let (shape, _) = self.shape();
        let settings = &mut self.settings;
        let field = match settings.max_steps {
            None => Field::Epochs,
            Some(_) => Field::MaxSteps,
        };
        let before = settings.max_steps.map_or(Length::Epochs, |_| Length::Steps);
        let mut length = before;
        rows.row(ui, field, &tooltip(field), |ui| {
            let number = match &mut settings.max_steps {
                None => number(ui, &mut settings.epochs, ""),
                Some(steps) => number(ui, steps, ""),
            };
            let number = add_number::<u64>(ui, field, number);
            let names = [(Length::Epochs, "epochs"), (Length::Steps, "steps")];
            let shown = names[usize::from(length == Length::Steps)].1;
            ComboBox::from_id_salt("length")
                .width(ui.available_width())
                .selected_text(shown)
                .show_ui(ui, |ui| {
                    for (entry, name) in names {
                        ui.selectable_value(&mut length, entry, name);
                    }
                })
                .response
                .accessible_name("Unit of length")
                .on_hover_text("Epochs (passes over all training images) or steps (updates).");
            number
        });
        if length != before {
            let an_epoch = settings.batches(&shape).steps();
            settings.max_steps = match length {
                Length::Epochs => None,
                Length::Steps => Some(settings.total_steps(an_epoch).max(1)),
            };
        }
    }

    fn schedule_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        let before = match &settings.schedule {
            Schedule::Constant => Course::Constant,
            Schedule::Step(epochs) if epochs.is_empty() => Course::Constant,
            Schedule::Step(_) => Course::Step,
            Schedule::Cosine => Course::Cosine,
            Schedule::OneCycle => Course::OneCycle,
        };
        let mut course = before;
        rows.one_of(
            ui,
            Field::Schedule,
            &tooltip(Field::Schedule),
            &mut course,
            &COURSES,
        );
        if course != before {
            self.drafts.milestones = Default::default();
            settings.schedule = match course {
                Course::Constant => Schedule::Constant,
                Course::Cosine => Schedule::Cosine,
                Course::OneCycle => Schedule::OneCycle,
                // The paper's places: at half and at three quarters of the epochs.
                Course::Step => {
                    let half = (settings.epochs / 2).max(1);
                    Schedule::Step(vec![half, (settings.epochs / 4 * 3).max(half + 1)])
                }
            };
        }
        let Schedule::Step(milestones) = &settings.schedule else {
            return;
        };
        let written: Vec<String> = milestones.iter().map(u32::to_string).collect();
        let tooltip = "The epochs at whose start the learning rate is multiplied by the factor, ascending, with \
                       commas between them.";
        rows.typed(
            ui,
            (Row::Milestones, Field::Schedule, tooltip),
            (&mut self.drafts.milestones, written.join(", ")),
            settings,
            |text| format!("step:{text}"),
            |_| None,
        );
        rows.number(ui, Field::LrGamma, &mut settings.lr_gamma);
    }

    fn seed_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let shown = self.settings.seed.to_string();
        rows.typed(
            ui,
            (Field::Seed.into(), Field::Seed, &tooltip(Field::Seed)),
            (&mut self.drafts.seed, shown),
            &mut self.settings,
            str::to_owned,
            |ui| {
                let dice = picture_button(ui, "Another seed, by chance", die);
                dice.clicked().then(|| thrown().to_string())
            },
        );
    }

    fn more_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        if settings.optimizer == OptimizerKind::Sgd {
            rows.number(ui, Field::Momentum, &mut settings.momentum);
            rows.switch(ui, Field::Nesterov, &mut settings.nesterov);
        }
        if matches!(settings.schedule, Schedule::Cosine | Schedule::OneCycle) {
            let (epochs, first) = (&mut settings.schedule_epochs, f64::from(settings.epochs));
            let left_out = "as long as the run";
            rows.optional(ui, Field::ScheduleEpochs, epochs, first, left_out);
        }
        if settings.augment {
            let tooltip = tooltip(Field::Flip);
            rows.one_of(ui, Field::Flip, &tooltip, &mut settings.flip, &FLIPS);
        }
        // They act with SGD alone, with such schedules, or with augmentation.
        let mut drawn = vec![
            Field::Momentum,
            Field::Nesterov,
            Field::ScheduleEpochs,
            Field::Flip,
        ];
        drawn.extend((!settings.augment).then_some(Field::Crop));
        rows.others(ui, Part::More, &drawn, settings);
    }
}

/// A seed of up to six digits, by chance.
fn thrown() -> u64 {
    // The standard library's hasher has random keys of its own.
    RandomState::new().hash_one(web_time::Instant::now()) % 1_000_000
}
