//! The form's fields about how it trains.

use std::hash::{BuildHasher, RandomState};

use egui::{ComboBox, DragValue, Slider, SliderClamping, Ui};

use super::Setup;
use super::fields::{Rows, finite, plainly};
use super::problem::Row;
use crate::app::icons::{die, picture_button};
use crate::field::Field;
use crate::kernels::Precision;
use crate::train::schedule::Schedule;
use crate::train::settings::OptimizerKind;

/// The part with what is seldom changed.
pub(super) const MORE: &str = "More: momentum, decay, order";

const OPTIMIZERS: [(OptimizerKind, &str, &str); 3] = [
    (
        OptimizerKind::Sgd,
        "SGD",
        "Stochastic gradient descent with momentum, as in the paper.",
    ),
    (
        OptimizerKind::Adam,
        "Adam",
        "A step size for each parameter; try a learning rate of 0.01.",
    ),
    (
        OptimizerKind::AdamW,
        "AdamW",
        "Adam with the weight decay taken from the weights themselves.",
    ),
];

const PRECISIONS: [(Precision, &str, &str); 2] = [
    (Precision::F32, "f32", "As PyTorch does by default."),
    (
        Precision::F16,
        "f16",
        "Takes half the memory, where the adapter has it; the arithmetic stays in f32. Switching off and \
         images are worked out in f32.",
    ),
];

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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Epochs,
    Steps,
}

impl Setup {
    pub(super) fn training_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        self.length_ui(ui, rows);
        rows.number(
            ui,
            Field::BatchSize,
            "Images a step. More take more memory on the device.",
            &mut self.settings.batch_size,
            " images",
        );
        let before = self.settings.optimizer;
        rows.choice(
            ui,
            Field::Optimizer,
            "How gradients move what trains.",
            &mut self.settings.optimizer,
            &OPTIMIZERS,
        );
        if self.settings.optimizer != before && self.settings.optimizer != OptimizerKind::Sgd {
            self.settings.nesterov = false;
        }
        let tooltip = "The learning rate that the schedule scales; a one-cycle's highest. 0.1 is usual for \
                       SGD, 0.01 for Adam.";
        rows.row(ui, Field::Lr, tooltip, |ui| {
            ui.spacing_mut().slider_width = (ui.available_width() - 68.0).max(40.0);
            let slider = Slider::new(&mut self.settings.lr, 1e-5..=10.0)
                .logarithmic(true)
                .clamping(SliderClamping::Never)
                .custom_parser(finite)
                .custom_formatter(plainly);
            ui.add(slider)
        });
        self.schedule_ui(ui, rows);
        self.seed_ui(ui, rows);
        self.group(ui, rows, MORE, false, |setup, ui, rows| {
            setup.more_ui(ui, rows)
        });
    }

    fn length_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let (shape, _) = self.shape();
        let settings = &mut self.settings;
        let (field, tooltip) = match settings.max_steps {
            None => (
                Field::Epochs,
                "How long to train: passes over all training images.",
            ),
            Some(_) => (
                Field::MaxSteps,
                "How long to train: updates, of a batch each.",
            ),
        };
        let before = settings.max_steps.map_or(Length::Epochs, |_| Length::Steps);
        let mut length = before;
        rows.row(ui, field, tooltip, |ui| {
            let number = match &mut settings.max_steps {
                None => DragValue::new(&mut settings.epochs),
                Some(steps) => DragValue::new(steps),
            };
            let number = ui.add(
                number
                    .speed(crate::app::layout_class::drag_speed(ui, 0.2))
                    .custom_parser(finite),
            );
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
            let an_epoch = shape.steps_per_epoch(settings.batch_size);
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
        rows.choice(
            ui,
            Field::Schedule,
            "How the learning rate changes over the run.",
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
        let parse = |text: &str| {
            let schedule: Result<Schedule, _> = format!("step:{text}").parse();
            schedule.map_err(|_| {
                format!("`{text}` is no list of epochs; expected ascending numbers, as in 80, 120")
            })
        };
        let typed = rows.draft(
            ui,
            Row::Milestones,
            "The epochs at whose start the learning rate is multiplied by the factor, ascending, with commas \
             between them.",
            (&mut self.drafts.milestones, written.join(", ")),
            parse,
            |_| None,
        );
        if let Some(schedule) = typed {
            settings.schedule = schedule;
        }
        rows.number(
            ui,
            Field::LrGamma,
            "What the learning rate is multiplied by at each of these epochs.",
            &mut settings.lr_gamma,
            "",
        );
    }

    fn seed_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let parse = |text: &str| {
            let number = text.parse::<u64>().ok();
            number
                .filter(|seed| i64::try_from(*seed).is_ok())
                .ok_or_else(|| {
                    format!(
                        "`{text}` is no seed; expected a whole number from 0 to 9223372036854775807"
                    )
                })
        };
        let typed = rows.draft(
            ui,
            Field::Seed,
            "Decides first values, batch order and augmentation: the same seed on the same adapter gives the \
             same run.",
            (&mut self.drafts.seed, self.settings.seed.to_string()),
            parse,
            |ui| {
                let dice = picture_button(ui, "Another seed, by chance", die);
                dice.clicked().then(thrown)
            },
        );
        if let Some(seed) = typed {
            self.settings.seed = seed;
        }
    }

    fn more_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        if settings.optimizer == OptimizerKind::Sgd {
            rows.number(
                ui,
                Field::Momentum,
                "How much of the last update is kept in the next: from 0 to less than 1.",
                &mut settings.momentum,
                "",
            );
            rows.switch(
                ui,
                Field::Nesterov,
                "Nesterov's momentum",
                "Looks ahead by Nesterov's rule.",
                &mut settings.nesterov,
            );
        }
        rows.number(
            ui,
            Field::WeightDecay,
            "Draws all that trains towards zero: this factor times a value is added to its gradient (AdamW: \
             taken from the value itself).",
            &mut settings.weight_decay,
            "",
        );
        rows.number(
            ui,
            Field::WarmupEpochs,
            "Epochs over which the learning rate first rises linearly; 0 for none.",
            &mut settings.warmup_epochs,
            " epochs",
        );
        rows.switch(
            ui,
            Field::Shuffle,
            "New order each epoch",
            "Takes the images in a new random order each epoch; else as they are stored.",
            &mut settings.shuffle,
        );
        rows.switch(
            ui,
            Field::Augment,
            "Crop and flip at random",
            "Moves training images by up to 4 pixels and mirrors half of them.",
            &mut settings.augment,
        );
        rows.choice(
            ui,
            Field::Precision,
            "How activations, their gradients and the weights of convolutions are stored on the device.",
            &mut settings.precision,
            &PRECISIONS,
        );
    }
}

/// A seed of up to six digits, by chance.
fn thrown() -> u64 {
    // The standard library's hasher has random keys of its own.
    RandomState::new().hash_one(web_time::Instant::now()) % 1_000_000
}
