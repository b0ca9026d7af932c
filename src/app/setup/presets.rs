//! The comparisons of the article, as settings.

use crate::data::DataSource;
use crate::network::{BnInit, Family};
use crate::train::schedule::Schedule;
use crate::train::settings::{OptimizerKind, Settings};

/// Settings worth trying, and what to look for.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What it is compared within.
    pub group: &'static str,
    /// Its name, of a few words.
    pub name: &'static str,
    /// What to look for, in a sentence or two.
    pub about: &'static str,
    change: fn(&mut Settings),
}

impl Preset {
    /// Makes settings this preset's. What it is not about stays: a person's data, the seed, and how long
    /// is trained, but for the group "Whole runs".
    pub fn apply(&self, settings: &mut Settings) {
        (self.change)(settings);
    }

    /// The preset of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|preset| preset.name == name)
    }

    /// Whether settings are already as the preset would make them.
    pub fn is_applied(&self, settings: &Settings) -> bool {
        let mut changed = settings.clone();
        self.apply(&mut changed);
        changed == *settings
    }
}

/// The name of the one that the app begins with where nothing was kept.
pub const FIRST: &str = "First look";

const WHOLE_RUNS: &str = "Whole runs";
const TRAINED: &str = "What trains";
const DEPTH_AND_WIDTH: &str = "Depth against width";
const BUILD: &str = "How it is built";
const FIRST_VALUES: &str = "First values of γ and β";

/// All presets, in the order to offer them in; those of a group stand together.
pub const ALL: &[Preset] = &[
    Preset {
        group: WHOLE_RUNS,
        name: FIRST,
        about: "A small network and drawn digits: some minutes even without a GPU. It learns to read \
                more than nine of ten although only γ and β train, and the first channels go dark.",
        change: first_look,
    },
    Preset {
        group: WHOLE_RUNS,
        name: "The paper's recipe",
        about: "160 epochs of SGD as in arXiv 2003.00152. It takes hours on CIFAR-10; the accuracy \
                leaps at epochs 80 and 120, where the learning rate falls.",
        change: recipe,
    },
    Preset {
        group: TRAINED,
        name: "BatchNorm only",
        about: "γ and β train, all else stays random. Watch channels being switched off: their γ goes \
                to zero.",
        change: |settings| train(settings, "bn"),
    },
    Preset {
        group: TRAINED,
        name: "γ only",
        about: "Only the scales train. Compare with β only: which of the two carries more?",
        change: |settings| train(settings, "bn-gamma"),
    },
    Preset {
        group: TRAINED,
        name: "β only",
        about: "Only the shifts train: channels can be moved below the ReLU's threshold, but not scaled \
                away.",
        change: |settings| train(settings, "bn-beta"),
    },
    Preset {
        group: TRAINED,
        name: "Output layer only",
        about: "The classifier learns to read random features that stay as they are. Compare with \
                BatchNorm only, which improves the features themselves.",
        change: |settings| train(settings, "output"),
    },
    Preset {
        group: TRAINED,
        name: "Two random weights a channel",
        about: "As many parameters as BatchNorm has, but anywhere (the paper's control). If it stays \
                behind BatchNorm, γ and β are special, not merely free.",
        change: |settings| train(settings, "random:2"),
    },
    Preset {
        group: TRAINED,
        name: "Everything",
        about: "Ordinary training, for comparison: how much accuracy do 100 % of the parameters buy \
                over the fraction that BatchNorm has, and what do they cost in memory and time?",
        change: |settings| train(settings, "all"),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-14",
        about: "The shortest of the article's networks, the point that depth and width start from.",
        change: |settings| network(settings, "resnet-14", None),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-32",
        about: "More layers, each as wide: about twice as many γ and β as in ResNet-14.",
        change: |settings| network(settings, "resnet-32", None),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-56",
        about: "Nearly as many γ and β as ResNet-14 at width 64, and a third of its parameters. Which of \
                the two is more accurate?",
        change: |settings| network(settings, "resnet-56", None),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-110",
        about: "The article's main network. With 0.48 % of its parameters trained it reaches some 70 % on \
                CIFAR-10.",
        change: |settings| network(settings, "resnet-110", None),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-14, width 32",
        about: "Twice as many channels a layer: compare with ResNet-32, which has about as many γ and β.",
        change: |settings| network(settings, "resnet-14", Some(32)),
    },
    Preset {
        group: DEPTH_AND_WIDTH,
        name: "ResNet-14, width 64",
        about: "Four times as many channels a layer: compare with ResNet-56, which has about as many γ \
                and β. Depth should win.",
        change: |settings| network(settings, "resnet-14", Some(64)),
    },
    Preset {
        group: BUILD,
        name: "With shortcuts, BatchNorm first",
        about: "The usual ResNet: BatchNorm before the activation, and each block adds its input to its \
                output.",
        change: |settings| {
            settings.shortcut = true;
            settings.bn_after_activation = false;
        },
    },
    Preset {
        group: BUILD,
        name: "Shortcuts off",
        about: "A switched-off channel is then truly off: no shortcut carries it past the block. Where \
                few layers have to learn, shortcuts can hurt.",
        change: |settings| {
            if !is_resnet(settings) {
                network(settings, "resnet-14", None);
            }
            settings.shortcut = false;
        },
    },
    Preset {
        group: BUILD,
        name: "BatchNorm after the activation",
        about: "β can no longer push values below the ReLU's threshold. Expect a lower accuracy than with \
                BatchNorm first.",
        change: |settings| settings.bn_after_activation = true,
    },
    Preset {
        group: FIRST_VALUES,
        name: "γ uniform",
        about: "The paper's: γ between 0 and 1, so that some channels start nearly off.",
        change: |settings| settings.bn_init = BnInit::Uniform,
    },
    Preset {
        group: FIRST_VALUES,
        name: "γ ones",
        about: "PyTorch's own: γ is 1, all channels start alike. Does training still switch channels off?",
        change: |settings| settings.bn_init = BnInit::Ones,
    },
];

fn is_resnet(settings: &Settings) -> bool {
    settings.model.family() == Family::ResNet
}

fn network(settings: &mut Settings, model: &str, width: Option<u32>) {
    settings.model = model.parse().expect("a network's name");
    settings.width = width;
}

fn train(settings: &mut Settings, what: &str) {
    settings.train = what.parse().expect("what trains");
}

/// What `cargo xtask train` does: most of the digits read after some minutes on two CPU cores. docs/decisions says
/// how it was found.
fn first_look(settings: &mut Settings) {
    *settings = Settings {
        // It is made for the digits; made-up shapes take hours.
        data: match &settings.data {
            DataSource::Shapes => DataSource::Digits,
            data => data.clone(),
        },
        image_size: settings.image_size,
        digits_size: settings.digits_size,
        test_fraction: settings.test_fraction,
        split_seed: settings.split_seed,
        labels: settings.labels.clone(),
        min_images: settings.min_images,
        background: settings.background,
        normalization: settings.normalization,
        skip_bad: settings.skip_bad,
        seed: settings.seed,
        limit_train: Some(14_000),
        limit_test: Some(1_000),
        model: "resnet-14".parse().expect("a network's name"),
        epochs: 3,
        batch_size: 64,
        optimizer: OptimizerKind::Adam,
        lr: 0.02,
        schedule: Schedule::OneCycle,
        augment: false,
        ..Settings::default()
    };
}

/// The paper's for CIFAR-10; what is trained and the network stay.
fn recipe(settings: &mut Settings) {
    settings.epochs = 160;
    settings.max_steps = None;
    settings.limit_train = None;
    settings.limit_test = None;
    settings.batch_size = 128;
    settings.optimizer = OptimizerKind::Sgd;
    settings.lr = 0.1;
    settings.momentum = 0.9;
    settings.nesterov = false;
    settings.weight_decay = 1e-4;
    settings.schedule = Schedule::Step(vec![80, 120]);
    settings.schedule_epochs = None;
    settings.lr_gamma = 0.1;
    settings.warmup_epochs = 0.0;
    settings.shuffle = true;
    settings.augment = true;
    settings.crop = true;
    settings.flip = None;
    settings.drop_last = false;
}
