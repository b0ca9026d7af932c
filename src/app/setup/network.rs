//! The form's fields about the network, and what of it trains.

use std::path::Path;

use egui::{Label, Layout, Response, RichText, TextEdit, Ui};

use super::Setup;
use super::data::Purpose;
use super::fields::{Rows, menu_button, short_path};
use super::problem::Row;
use crate::app::dialog::{Ask, Kind};
use crate::field::Field;
use crate::network::{Architecture, Options};

pub(super) const FIRST_STATE: &str = "More: first state, statistics";

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

const BN_INITS: [(&str, &str, &str); 4] = [
    (
        "uniform",
        "γ in [0, 1), β 0",
        "The paper's: some channels start nearly off.",
    ),
    ("ones", "γ 1, β 0", "PyTorch's own."),
    (
        "ones-ones",
        "γ 1, β 1",
        "Shifted up, so that the ReLU lets more through.",
    ),
    (
        "symmetric",
        "γ in (−1, 1), β 0",
        "Half of the channels start upside down.",
    ),
];

const WIDTHS: [u32; 5] = [8, 16, 32, 64, 128];

impl Setup {
    pub(super) fn network_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        let tooltip = "The network: resnet-D with D = 6n+2 layers, or vgg-11, -13, -16, -19. Type a name, or \
                       pick a usual one.";
        rows.row(ui, Field::Model, tooltip, |ui| {
            let name = &mut settings.model;
            typed_or_picked(ui, name, "Usual networks", Architecture::all_names)
        });
        let own = own_width(&settings.model);
        let mut width = settings.width.unwrap_or(own);
        let before = width;
        rows.row(
            ui,
            Field::Width,
            &format!("Channels of the first stage; this network's own width is {own}."),
            |ui| {
                let number = egui::DragValue::new(&mut width)
                    .speed(crate::app::layout_class::drag_speed(ui, 0.2))
                    .suffix(" channels");
                let number = ui.add(number);
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
        rows.switch(
            ui,
            Field::Shortcut,
            "Shortcuts",
            "Whether each block of a ResNet adds its input to its output.",
            &mut settings.shortcut,
        );
        rows.switch(
            ui,
            Field::BnAfterActivation,
            "BatchNorm after the activation",
            "Puts each BatchNorm behind the ReLU instead of before it.",
            &mut settings.bn_after_activation,
        );
    }

    pub(super) fn trained_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let before = self.mode();
        let mut mode = before;
        rows.choice(
            ui,
            Field::Train,
            "Which parameters train; all others keep their first values, bit for bit.",
            &mut mode,
            &MODES.map(|(word, name, sentence)| (word, name, sentence)),
        );
        let settings = &mut self.settings;
        if mode != before {
            self.drafts.lists_names = mode == NAMES;
            settings.train = match mode {
                RANDOM => "random:2".into(),
                NAMES => "*.bias".into(),
                word => word.into(),
            };
        }
        // What is wrong stands under the mode already.
        let quiet = Rows {
            problem: None,
            ..rows
        };
        if mode == RANDOM {
            let tooltip = "K: how many weights of each output channel of every convolution train, chosen by \
                           the seed.";
            let written = &settings.train[RANDOM.len()..];
            let before: u32 = written.parse().unwrap_or_default();
            let mut count = before;
            quiet.number(ui, Row::Weights, tooltip, &mut count, " a channel");
            if count != before {
                settings.train = format!("{RANDOM}{count}");
            }
        } else if mode == NAMES {
            let tooltip = "Names as in a state_dict, such as fc.bias; * stands for any letters, ? for one. \
                           Commas between several.";
            quiet.row(ui, Row::Parameters, tooltip, |ui| {
                ui.add(
                    TextEdit::singleline(&mut settings.train)
                        .align(egui::Align2::LEFT_CENTER)
                        .desired_width(f32::INFINITY),
                )
            });
        }
        if let Some((.., sentence)) = MODES.iter().find(|(word, ..)| *word == mode) {
            ui.add(Label::new(RichText::new(*sentence).small()).wrap());
        }
        let known = BN_INITS.iter().find(|(word, ..)| *word == settings.bn_init);
        // A word that does not exist is shown as it is, and told of below.
        let unknown = settings.bn_init.clone();
        let mut init = known.map_or(unknown.as_str(), |(word, ..)| word);
        let before = init;
        rows.choice(
            ui,
            Field::BnInit,
            "The first values of every BatchNorm's scale γ and shift β.",
            &mut init,
            &BN_INITS,
        );
        if init != before {
            settings.bn_init = init.to_owned();
        }
        self.group(ui, rows, FIRST_STATE, false, |setup, ui, rows| {
            setup.first_state_ui(ui, rows);
        });
    }

    fn first_state_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let file = self.settings.init.clone();
        let tooltip = match &file {
            None => "Where the first values come from: the seed, or a safetensors file (checkpoint, delta \
                     or state)."
                .to_owned(),
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
                endings: vec!["safetensors".into()],
                directory: file.as_deref().and_then(Path::parent).map(Path::to_owned),
            };
            self.dialog.ask(Purpose::Init, ask);
        }
        if clears {
            self.settings.init = None;
        }
        rows.switch(
            ui,
            Field::FreezeStats,
            "Freeze running statistics",
            "Normalises by the running statistics, which then do not move, as PyTorch's eval() does.",
            &mut self.settings.freeze_stats,
        );
    }

    /// What trains, as a word of [`MODES`].
    fn mode(&self) -> &'static str {
        let train = self.settings.train.as_str();
        if self.drafts.lists_names {
            return NAMES;
        }
        if train.starts_with(RANDOM) && !train.contains(['+', ',']) {
            return RANDOM;
        }
        let known = MODES.iter().find(|(word, ..)| *word == train);
        known.map_or(NAMES, |(word, ..)| word)
    }
}

/// A name to type, and a menu of usual ones.
fn typed_or_picked(
    ui: &mut Ui,
    name: &mut String,
    menu: &str,
    usual: impl FnOnce() -> Vec<String>,
) -> Response {
    ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
        menu_button(ui, menu, |ui| {
            for usual in usual() {
                if ui.selectable_label(*name == usual, &usual).clicked() {
                    *name = usual;
                }
            }
        });
        ui.add(
            TextEdit::singleline(name)
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(ui.available_width()),
        )
    })
    .inner
}

/// The width a network has where none is asked for; a ResNet's for a name that does not exist.
fn own_width(model: &str) -> u32 {
    let network = Architecture::parse(model, Options::default());
    network.map_or(crate::network::resnet::DEFAULT_WIDTH, |network| {
        network.width()
    })
}
