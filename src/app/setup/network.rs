//! The form's fields about the network, and what of it trains.

use std::num::NonZeroU32;
use std::path::Path;

use egui::{Label, RichText, Ui};

use super::Setup;
use super::data::Purpose;
use super::fields::{Draft, Rows, add_number, menu_button, number, short_path, tooltip};
use super::problem::{Row, Section};
use crate::app::dialog::{Ask, Kind, STATES};
use crate::field::Field;
use crate::network::{ArchitectureName, Trainable};
use crate::train::setting::Part;

/// What may train, by the words of `--train`: a name, and what it means.
const MODES: [(&str, &str, &str); 10] = [
    (
        "bn",
        "BatchNorm (γ, β)",
        "Each channel's scale γ and shift β train; all else keeps its random values.",
    ),
    (
        "bn-gamma",
        "BatchNorm, γ only",
        "Only each channel's scale trains.",
    ),
    (
        "bn-beta",
        "BatchNorm, β only",
        "Only each channel's shift trains.",
    ),
    (
        "output",
        "Output layer",
        "Only the last layer trains: it learns to read random features.",
    ),
    (
        "bn+output",
        "BatchNorm and output",
        "γ, β and the last layer train.",
    ),
    (
        "bn+shortcut+output",
        "BatchNorm, output, shortcuts",
        "γ, β, the last layer, and the convolutions on shortcuts (projections) train.",
    ),
    (
        RANDOM,
        "Random weights",
        "A few randomly chosen weights of each channel train, and no BatchNorm: the paper's control.",
    ),
    (
        NAMES,
        "Names or globs",
        "The parameters that these names or patterns match train; commas between them.",
    ),
    ("all", "Everything", "Ordinary training, for comparison."),
    (
        "none",
        "Nothing",
        "Nothing trains; running statistics still settle unless they are frozen.",
    ),
];
const RANDOM: &str = "random:";
const NAMES: &str = "names";

const WIDTHS: [u32; 5] = [8, 16, 32, 64, 128];

impl Setup {
    pub(super) fn network_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        let name = settings.model.to_string();
        let draft = (&mut self.drafts.model, name.clone());
        rows.typed(
            ui,
            (Field::Model.into(), Field::Model, &tooltip(Field::Model)),
            draft,
            settings,
            str::to_owned,
            |ui| usual_names(ui, &name),
        );
        let own = settings.model.own_width();
        let mut width = settings.width.unwrap_or(own);
        let before = width;
        rows.row(
            ui,
            Field::Width,
            &format!(
                "{} This network's own width is {own}.",
                tooltip(Field::Width)
            ),
            |ui| {
                let number = number(ui, &mut width, " channels");
                let number = add_number::<u32>(ui, Field::Width, number);
                menu_button(ui, "Usual widths", |ui| {
                    for usual in WIDTHS {
                        if ui.button(format!("{usual} channels")).clicked() {
                            width = usual;
                        }
                    }
                });
                number
            },
        );
        if width != before {
            settings.width = (width != own).then_some(width);
        }
        let drawn = [Field::Model, Field::Width];
        rows.others(ui, Part::Network, &drawn, settings);
    }

    pub(super) fn trained_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let before = self.mode();
        let mut mode = before;
        let tooltip = tooltip(Field::Train);
        rows.one_of(ui, Field::Train, &tooltip, &mut mode, &MODES);
        if mode != before {
            self.drafts.lists_names = mode == NAMES;
            self.drafts.names = Draft::default();
            self.settings.train = match mode {
                RANDOM => Trainable::random(NonZeroU32::MIN.saturating_add(1)),
                NAMES => "*.bias".parse().unwrap_or_default(),
                word => word.parse().unwrap_or_default(),
            };
        }
        self.part_ui(ui, rows, mode);
        if let Some((.., sentence)) = MODES.iter().find(|(word, ..)| *word == mode) {
            ui.add(Label::new(RichText::new(*sentence).small()).wrap());
        }
        rows.others(ui, Part::Trained, &[Field::Train], &mut self.settings);
        self.group(
            ui,
            rows,
            Section::Of(Part::FirstState),
            |setup, ui, rows| {
                setup.first_state_ui(ui, rows);
            },
        );
    }

    /// Which part of a layer, or which layers, where the mode leaves that open.
    fn part_ui(&mut self, ui: &mut Ui, rows: Rows<'_>, mode: &str) {
        let settings = &mut self.settings;
        if mode == RANDOM {
            let tooltip = "K: how many weights of each output channel of every convolution train, chosen by \
                           the seed.";
            let before = settings.train.random_count().unwrap_or(1);
            let mut count = before;
            // What is wrong stands under the mode already.
            let quiet = Rows {
                problem: None,
                ..rows
            };
            quiet.row(ui, Row::Weights, tooltip, |ui| {
                ui.add(number(ui, &mut count, " a channel").range(1..=u32::MAX))
            });
            if let Some(count) = NonZeroU32::new(count).filter(|_| count != before) {
                settings.train = Trainable::random(count);
            }
        } else if mode == NAMES {
            let tooltip = "Names as in a state_dict, such as fc.bias; * stands for any letters, ? for one. \
                           Commas between several.";
            let shown = settings.train.to_string();
            rows.typed(
                ui,
                (Row::Parameters, Field::Train, tooltip),
                (&mut self.drafts.names, shown),
                settings,
                str::to_owned,
                |_| None,
            );
        }
    }

    fn first_state_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let file = self.settings.init.clone();
        let tooltip = match &file {
            None => tooltip(Field::Init),
            Some(file) => format!("The first values come from {}", file.display()),
        };
        let (mut asks, mut clears) = (false, false);
        let shown = match &file {
            None => "the seed".to_owned(),
            Some(file) => short_path(ui, file),
        };
        rows.row(ui, Field::Init, &tooltip, |ui| {
            let button = ui.button(format!("{shown} …"));
            asks = button.clicked();
            if file.is_some() {
                let clear = ui.button("×").on_hover_text("Starts from the seed again.");
                clears = clear.accessible_name("Start from the seed").clicked();
            }
            button
        });
        if asks {
            let ask = Ask {
                title: "A state to start from".into(),
                kind: Kind::File,
                endings: STATES.map(String::from).to_vec(),
                directory: file.as_deref().and_then(Path::parent).map(Path::to_owned),
            };
            self.dialog.ask(Purpose::Init, ask);
        }
        if clears {
            self.settings.init = None;
        }
        rows.others(ui, Part::FirstState, &[Field::Init], &mut self.settings);
    }

    /// What trains, as a word of [`MODES`].
    fn mode(&self) -> &'static str {
        let train = &self.settings.train;
        if self.drafts.lists_names {
            return NAMES;
        }
        if train.random_count().is_some() {
            return RANDOM;
        }
        let written = train.to_string();
        let known = MODES.iter().find(|(word, ..)| *word == written);
        known.map_or(NAMES, |(word, ..)| word)
    }
}

/// A menu of usual networks; the one that was picked.
fn usual_names(ui: &mut Ui, chosen: &str) -> Option<String> {
    let mut picked = None;
    menu_button(ui, "Usual networks", |ui| {
        for usual in ArchitectureName::usual().map(String::from) {
            if ui.selectable_label(chosen == usual, &usual).clicked() {
                picked = Some(usual);
            }
        }
    });
    picked
}
