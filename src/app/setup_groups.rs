//! The form's fields about data, network, what trains, and where it runs.

use std::path::{Path, PathBuf};

use egui::{Label, Layout, Response, RichText, TextEdit, Ui};

use super::dialog::{Answer, Ask, Kind};
use super::setup::Setup;
use super::setup_fields::{Rows, list, menu_button, short_path, shortened, steady};
use super::setup_problem::Problem;
use crate::gpu::{AdapterChoice, Capabilities};
use crate::network::{Architecture, Options};

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Data,
    Init,
    Runs,
}

/// By part of the form, the options of its fields.
const OPTIONS: [(&str, &[&str]); 8] = [
    (
        "Data",
        &[
            "data",
            "image-size",
            "test-fraction",
            "limit-train",
            "limit-test",
        ],
    ),
    (
        SIZES,
        &["image-size", "test-fraction", "limit-train", "limit-test"],
    ),
    (
        "Network",
        &["model", "width", "no-shortcut", "bn-after-activation"],
    ),
    ("What trains", &["train", "bn-init", "init", "freeze-stats"]),
    (FIRST_STATE, &["init", "freeze-stats"]),
    (
        "Training",
        &[
            "optimizer",
            "lr",
            "momentum",
            "nesterov",
            "weight-decay",
            "schedule",
            "lr-gamma",
            "warmup-epochs",
            "epochs",
            "max-steps",
            "batch-size",
            "seed",
            "milestones",
        ],
    ),
    (
        super::setup_training::MORE,
        &["momentum", "nesterov", "weight-decay", "warmup-epochs"],
    ),
    ("Device and folder", &["adapter", "out"]),
];

const SIZES: &str = "More: size, limits, split";
const FIRST_STATE: &str = "More: first state, statistics";

/// Whether an option's field is within a part of the form.
pub(super) fn is_within(option: &str, part: &str) -> bool {
    let mut parts = OPTIONS.iter();
    parts.any(|(name, options)| *name == part && options.contains(&option))
}

/// What may train, by the words of `--train`: a name, and what it means.
const MODES: [(&str, &str, &str); 10] = [
    (
        "bn",
        "BatchNorm: γ and β",
        "Each channel's scale γ and shift β train; all else keeps its random values.",
    ),
    (
        "bn-gamma",
        "BatchNorm: γ only",
        "Only each channel's scale trains.",
    ),
    (
        "bn-beta",
        "BatchNorm: β only",
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
        "… and projections",
        "γ, β, the last layer, and the convolutions on shortcuts train.",
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

const SHAPES: &str = "made-up shapes";
const WIDTHS: [u32; 5] = [8, 16, 32, 64, 128];

impl Setup {
    pub(super) fn data_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        const TYPE: &str = "Type a path …";
        let tooltip = match self.settings.data.as_str() {
            "shapes" => {
                "Images to train and test on. The made-up shapes need no file: 10 classes, 10,000 \
                         images to train on and 2,000 to test on, 32×32 pixels."
                    .to_owned()
            }
            path => format!("Images to train and test on: {path}"),
        };
        let shown = data_name(ui, &self.settings.data);
        let mut chosen = None;
        rows.row(ui, "data", &tooltip, |ui| {
            list(ui, "data", &shown)
                .show_ui(ui, |ui| {
                    let known =
                        std::iter::once("shapes").chain(self.recent.iter().map(String::as_str));
                    for data in known {
                        let name = match data {
                            "shapes" => SHAPES.to_owned(),
                            path => shortened(path, 60),
                        };
                        let entry = ui.selectable_label(data == self.settings.data, name);
                        if entry.on_hover_text(data).clicked() {
                            chosen = Some(data.to_owned());
                        }
                    }
                    let entry = ui.selectable_label(false, TYPE);
                    if entry
                        .on_hover_text("Asks for the path of a folder or a file.")
                        .clicked()
                    {
                        chosen = Some(TYPE.to_owned());
                    }
                })
                .response
        });
        match chosen.as_deref() {
            Some(TYPE) => self
                .dialog
                .ask_to_type(Purpose::Data, self.ask_data(Kind::Any)),
            Some(data) => self.set_data(data),
            None => {}
        }
        steady(ui, "choose", |ui| {
            ui.add_enabled_ui(!rows.locked, |ui| self.choose_data_ui(ui));
        });
        self.group(ui, rows, SIZES, false, |setup, ui, rows| {
            setup.sizes_ui(ui, rows);
        });
    }

    fn choose_data_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let folder = ui.button("Folder…").on_hover_text(
                "Chooses a CIFAR-10 or CIFAR-100 folder (binary version), an IDX folder such as \
                     MNIST's, or a folder of images with one subfolder a class.",
            );
            if folder.clicked() {
                self.dialog.ask(Purpose::Data, self.ask_data(Kind::Folder));
            }
            let file = ui
                .button("Archive or file…")
                .on_hover_text("Chooses CIFAR-10's or CIFAR-100's .tar.gz, as downloaded.");
            if file.clicked() {
                self.dialog.ask(Purpose::Data, self.ask_data(Kind::File));
            }
        });
    }

    fn sizes_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        rows.number(
            ui,
            "image-size",
            "Rows and columns that the pictures of a folder are brought to, in pixels (1 to 1,024). Other \
             data keep their size.",
            &mut settings.image_size,
            " pixels",
        );
        let unit = " images";
        rows.optional(
            ui,
            "limit-train",
            "Use only the first so many training images.",
            &mut settings.limit_train,
            5_000,
            (unit, "use all"),
        );
        rows.optional(
            ui,
            "limit-test",
            "Use only the first so many test images.",
            &mut settings.limit_test,
            1_000,
            (unit, "use all"),
        );
        rows.optional(
            ui,
            "test-fraction",
            "The share of each class to test on (0 to 1), in a folder of images that has no test images of \
             its own; 0.2 if not set.",
            &mut settings.test_fraction,
            0.2,
            ("", "as the data have it"),
        );
    }

    pub(super) fn network_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        let tooltip = "The network: resnet-D with D = 6n+2 layers, or vgg-11, -13, -16, -19. Type a name, or \
                       pick a usual one.";
        rows.row(ui, "model", tooltip, |ui| {
            let name = &mut settings.model;
            typed_or_picked(ui, name, "Usual networks", Architecture::all_names)
        });
        let own = own_width(&settings.model);
        let mut width = settings.width.unwrap_or(own);
        let before = width;
        rows.row(
            ui,
            "width",
            &format!("Channels of the first stage; this network's own width is {own}."),
            |ui| {
                let number = egui::DragValue::new(&mut width)
                    .speed(0.2)
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
            "no-shortcut",
            "Shortcuts",
            "Whether each block of a ResNet adds its input to its output.",
            &mut settings.shortcut,
        );
        rows.switch(
            ui,
            "bn-after-activation",
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
            "train",
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
            quiet.number(ui, "random", tooltip, &mut count, " a channel");
            if count != before {
                settings.train = format!("{RANDOM}{count}");
            }
        } else if mode == NAMES {
            let tooltip = "Names as in a state_dict, such as fc.bias; * stands for any letters, ? for one. \
                           Commas between several.";
            quiet.row(ui, "names", tooltip, |ui| {
                ui.add(TextEdit::singleline(&mut settings.train).desired_width(f32::INFINITY))
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
            "bn-init",
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
        rows.row(ui, "init", &tooltip, |ui| {
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
            "freeze-stats",
            "Freeze running statistics",
            "Normalises by the running statistics, which then do not move, as PyTorch's eval() does.",
            &mut self.settings.freeze_stats,
        );
    }

    pub(super) fn device_ui(&mut self, ui: &mut Ui, rows: Rows<'_>, adapters: &[Capabilities]) {
        let chosen = chosen_place(&self.adapter, adapters);
        let shown = match (chosen, adapters.first(), &self.adapter.adapter) {
            (Some(place), ..) => adapters[place].name.clone(),
            (None, _, Some(name)) => name.clone(),
            (None, Some(first), None) => format!("most capable: {}", first.name),
            (None, None, None) => "most capable".into(),
        };
        let tooltip = match chosen.map(|place| &adapters[place]).or(adapters.first()) {
            Some(adapter) => format!("What the training runs on: {adapter}"),
            None => "What the training runs on.".to_owned(),
        };
        let mut choice = None;
        rows.row(ui, "adapter", &tooltip, |ui| {
            list(ui, "adapter", &shown)
                .show_ui(ui, |ui| {
                    let is_open = self.adapter == AdapterChoice::default();
                    let entry = ui.selectable_label(is_open, "most capable");
                    if entry.on_hover_text("A real GPU before software.").clicked() {
                        choice = Some(AdapterChoice::default());
                    }
                    for (place, adapter) in adapters.iter().enumerate() {
                        let text = format!("{place}: {} ({})", adapter.name, adapter.backend);
                        let entry = ui.selectable_label(chosen == Some(place), text);
                        if entry.on_hover_text(adapter.to_string()).clicked() {
                            choice = Some(choice_of(place, adapters));
                        }
                    }
                })
                .response
        });
        if let Some(choice) = choice {
            self.adapter = choice;
        }
        let runs = std::path::absolute(&self.runs).unwrap_or_else(|_| self.runs.clone());
        let tooltip = format!(
            "Each run gets a folder of its own, with checkpoints, metrics and plots, in {}",
            runs.display()
        );
        let mut asks = false;
        let shown = short_path(ui, &self.runs);
        rows.row(ui, "out", &tooltip, |ui| {
            let button = ui.button(format!("{shown} …"));
            asks = button.clicked();
            button
        });
        if asks {
            let ask = Ask {
                title: "The folder for runs".into(),
                kind: Kind::Folder,
                endings: Vec::new(),
                directory: Some(runs).filter(|runs| runs.is_dir()),
            };
            self.dialog.ask(Purpose::Runs, ask);
        }
    }

    /// A path that was chosen.
    pub(super) fn answered(&mut self, answer: Answer<Purpose>) {
        match answer.purpose {
            Purpose::Data => self.set_data(&answer.path.to_string_lossy()),
            Purpose::Init => self.settings.init = Some(answer.path),
            Purpose::Runs => self.runs = answer.path,
        }
    }

    fn ask_data(&self, kind: Kind) -> Ask {
        let path = Path::new(&self.settings.data);
        let is_path = self.settings.data != "shapes";
        Ask {
            title: "Images to train on".into(),
            endings: match kind {
                Kind::File => vec!["tar.gz".into(), "tgz".into(), "gz".into(), "tar".into()],
                _ => Vec::new(),
            },
            directory: path.parent().filter(|_| is_path).map(PathBuf::from),
            kind,
        }
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

    /// An adapter that was chosen, but is not there.
    pub(super) fn problem_of_adapter(&self, adapters: &[Capabilities]) -> Option<Problem> {
        let asked = self.adapter.adapter.as_ref()?;
        let is_missing = !adapters.is_empty() && chosen_place(&self.adapter, adapters).is_none();
        is_missing.then(|| {
            let sentence = format!("the adapter {asked} is not there any more; choose another");
            Problem::new("adapter", &sentence)
        })
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
        ui.add(TextEdit::singleline(name).desired_width(ui.available_width()))
    })
    .inner
}

fn data_name(ui: &Ui, data: &str) -> String {
    match data {
        "shapes" => SHAPES.to_owned(),
        path => short_path(ui, Path::new(path)),
    }
}

/// The width a network has where none is asked for; a ResNet's for a name that does not exist.
fn own_width(model: &str) -> u32 {
    let network = Architecture::parse(model, Options::default());
    network.map_or(crate::network::resnet::DEFAULT_WIDTH, |network| {
        network.width()
    })
}

/// The place of the adapter that a choice means.
fn chosen_place(choice: &AdapterChoice, adapters: &[Capabilities]) -> Option<usize> {
    let asked = choice.adapter.as_ref()?;
    let fits = |adapter: &Capabilities| {
        choice
            .backend
            .is_none_or(|backend| backend == adapter.backend)
    };
    match asked.parse::<usize>() {
        Ok(place) => (place < adapters.len() && fits(&adapters[place])).then_some(place),
        Err(_) => {
            let asked = asked.to_lowercase();
            let named = |adapter: &Capabilities| adapter.name.to_lowercase().contains(&asked);
            adapters
                .iter()
                .position(|adapter| fits(adapter) && named(adapter))
        }
    }
}

/// How to ask for an adapter: by name and interface, which hold when others come or go; by number where
/// several are called the same.
fn choice_of(place: usize, adapters: &[Capabilities]) -> AdapterChoice {
    let by_name = AdapterChoice {
        adapter: Some(adapters[place].name.clone()),
        backend: Some(adapters[place].backend),
    };
    match chosen_place(&by_name, adapters) == Some(place) {
        true => by_name,
        false => AdapterChoice {
            adapter: Some(place.to_string()),
            backend: None,
        },
    }
}
