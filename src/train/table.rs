//! All settings: each is said once, here and in [`Settings`].
//!
//! The command line's options, the keys of `config.toml`, a link and the form derive what they say and
//! check from this table, in this order. A new setting is a field of [`Settings`] with its default, a
//! [`Field`], an entry here, and the place that uses it.

use super::choices::{BN_INITS, DIGITS_SIZES, OPTIMIZERS, PRECISIONS, WEIGHTS_INITS};
use super::setting::{Kind, Part, Setting, access, is_rate};
use super::settings::{OptimizerKind, Settings, SettingsError};
use crate::data::digits;
use crate::field::Field;

/// All settings, in the order of the command line's help.
pub static SETTINGS: &[Setting] = &[
    Setting {
        field: Field::Data,
        part: Part::Data,
        label: "Images",
        help: "Images to train and test on: a CIFAR-10 or CIFAR-100 binary folder or its .tar.gz, an IDX folder, a folder of images with a subfolder a class (under train/ and test/, or to be split), or built-in ones: `digits`, drawn as if by many hands, or `shapes`, made up",
        kind: Kind::Text("PATH|digits|shapes"),
        expected: "a path, `digits` or `shapes`",
        unset: None,
        is_valid: |settings| {
            settings
                .data
                .path()
                .is_none_or(|path| !path.as_os_str().is_empty())
        },
        access: access!(data),
    },
    Setting {
        field: Field::ImageSize,
        part: Part::Sizes,
        label: "Resize to",
        help: "Rows and columns that the images of a folder are resized to, in pixels; other data keep their size",
        kind: Kind::Number("PIXELS", " pixels"),
        expected: "a whole number of pixels from 1 to 1024",
        unset: None,
        is_valid: |settings| (1..=1024).contains(&settings.image_size),
        access: access!(image_size),
    },
    Setting {
        field: Field::DigitsSize,
        part: Part::Sizes,
        label: "Digits",
        help: "Rows and columns of the built-in digits, in pixels",
        kind: Kind::Choice("16|28", DIGITS_SIZES),
        expected: "16 or 28 pixels",
        unset: None,
        is_valid: |settings| digits::SIZES.contains(&settings.digits_size),
        access: access!(digits_size),
    },
    Setting {
        field: Field::TestFraction,
        part: Part::Sizes,
        label: "Test share",
        help: "Share of each class to test on, in a folder of images that has no test images of its own",
        kind: Kind::Number("SHARE", ""),
        expected: "a share more than 0 and less than 1, such as 0.1",
        unset: Some("0.2"),
        is_valid: |settings| {
            settings
                .test_fraction
                .is_none_or(|share| share > 0.0 && share < 1.0)
        },
        access: access!(test_fraction),
    },
    Setting {
        field: Field::SplitSeed,
        part: Part::Sizes,
        label: "Split",
        help: "Draws which images of a folder without test images are tested on; 0 is one draw, any other number another, whatever the run's seed",
        kind: Kind::Number("N", ""),
        expected: "a whole number from 0 to 4294967295",
        unset: None,
        is_valid: |_| true,
        access: access!(split_seed),
    },
    Setting {
        field: Field::Labels,
        part: Part::Sizes,
        label: "Labels",
        help: "A CSV file that says which image of a folder is of which class (rows `id,label` or `file,label`); one that lies beside the images is found by itself",
        kind: Kind::Text("FILE"),
        expected: "a CSV file",
        unset: None,
        is_valid: |_| true,
        access: access!(labels),
    },
    Setting {
        field: Field::MinImages,
        part: Part::Sizes,
        label: "Least of a class",
        help: "Leave out classes of a folder that have fewer images",
        kind: Kind::Number("N", " images"),
        expected: "a whole number of images, at least 1",
        unset: None,
        is_valid: |settings| settings.min_images != Some(0),
        access: access!(min_images),
    },
    Setting {
        field: Field::Background,
        part: Part::Sizes,
        label: "Background",
        help: "What transparent images of a folder are laid over: white, black or a colour such as #80c0ff",
        kind: Kind::Text("COLOUR"),
        expected: "white, black or a colour such as #80c0ff",
        unset: None,
        is_valid: |_| true,
        access: access!(background),
    },
    Setting {
        field: Field::SkipBad,
        part: Part::Sizes,
        label: "Go on without bad images",
        help: "Go on without the images of a folder that cannot be read, and say how many",
        kind: Kind::SwitchOn,
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(skip_bad),
    },
    Setting {
        field: Field::LimitTrain,
        part: Part::Sizes,
        label: "Training limit",
        help: "Use only the first N training images",
        kind: Kind::Number("N", " images"),
        expected: "a whole number of images, at least 1",
        unset: None,
        is_valid: |settings| settings.limit_train != Some(0),
        access: access!(limit_train),
    },
    Setting {
        field: Field::LimitTest,
        part: Part::Sizes,
        label: "Test limit",
        help: "Use only the first N test images",
        kind: Kind::Number("N", " images"),
        expected: "a whole number of images, at least 1",
        unset: None,
        is_valid: |settings| settings.limit_test != Some(0),
        access: access!(limit_test),
    },
    Setting {
        field: Field::Model,
        part: Part::Network,
        label: "Network",
        help: "The network: resnet-D of depth D = 6n+2, or vgg-11, vgg-13, vgg-16, vgg-19",
        kind: Kind::Text("NAME"),
        expected: "a network's name",
        unset: None,
        is_valid: |_| true,
        access: access!(model),
    },
    Setting {
        field: Field::Width,
        part: Part::Network,
        label: "Width",
        help: "Channels of the first stage",
        kind: Kind::Number("CHANNELS", " channels"),
        expected: "a whole number of channels, at least 1",
        unset: Some("16; 64 for a VGG"),
        is_valid: |settings| settings.width != Some(0),
        access: access!(width),
    },
    Setting {
        field: Field::Shortcut,
        part: Part::Network,
        label: "Shortcuts",
        help: "Each block of a ResNet adds its input to its output",
        kind: Kind::SwitchOff("no-shortcut", "Build a ResNet's blocks without shortcuts"),
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(shortcut),
    },
    Setting {
        field: Field::BnAfterActivation,
        part: Part::Network,
        label: "BatchNorm after the activation",
        help: "Put BatchNorm behind the activation instead of before it",
        kind: Kind::SwitchOn,
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(bn_after_activation),
    },
    Setting {
        field: Field::Train,
        part: Part::Trained,
        label: "Trains",
        help: "What trains: bn, bn-gamma, bn-beta, output, bn+output, bn+shortcut+output, all, none, random:K (K weights of each output channel), or a list of parameter names or globs; all else keeps its first values, bit for bit",
        kind: Kind::Text("MODE"),
        expected: "what trains, such as bn",
        unset: None,
        is_valid: |_| true,
        access: access!(train),
    },
    Setting {
        field: Field::BnInit,
        part: Part::Trained,
        label: "γ and β start",
        help: "First values of each BatchNorm's γ and β",
        kind: Kind::Choice("NAME", BN_INITS),
        expected: "uniform, ones, ones-ones or symmetric",
        unset: None,
        is_valid: |_| true,
        access: access!(bn_init),
    },
    Setting {
        field: Field::WeightsInit,
        part: Part::FirstState,
        label: "Weights start",
        help: "First values of the convolutions' and the output layer's weights, where the seed draws them",
        kind: Kind::Choice("NAME", WEIGHTS_INITS),
        expected: "he-normal, uniform, orthogonal or binary",
        unset: None,
        is_valid: |_| true,
        access: access!(weights_init),
    },
    Setting {
        field: Field::Init,
        part: Part::FirstState,
        label: "Start from",
        help: "Start from a safetensors file (checkpoint, delta or state) instead of the seed",
        kind: Kind::Text("FILE"),
        expected: "a safetensors file",
        unset: None,
        is_valid: |_| true,
        access: access!(init),
    },
    Setting {
        field: Field::Epochs,
        part: Part::Training,
        label: "Train for",
        help: "Passes over the training set",
        kind: Kind::Number("N", " epochs"),
        expected: "a whole number of epochs, at least 1, or a number of steps beside it",
        unset: None,
        is_valid: |settings| settings.epochs > 0 || settings.max_steps.is_some(),
        access: access!(epochs),
    },
    Setting {
        field: Field::MaxSteps,
        part: Part::Training,
        label: "Train for",
        help: "End after this many steps (updates, of a batch each) instead",
        kind: Kind::Number("N", " steps"),
        expected: "a whole number of steps, at least 1",
        unset: None,
        is_valid: |settings| settings.max_steps != Some(0),
        access: access!(max_steps),
    },
    Setting {
        field: Field::BatchSize,
        part: Part::Training,
        label: "Batch",
        help: "Images a step; more take more memory on the device",
        kind: Kind::Number("N", " images"),
        expected: "a whole number of images, at least 1",
        unset: None,
        is_valid: |settings| settings.batch_size > 0,
        access: access!(batch_size),
    },
    Setting {
        field: Field::Optimizer,
        part: Part::Training,
        label: "Optimiser",
        help: "How gradients move what trains",
        kind: Kind::Choice("sgd|adam|adamw", OPTIMIZERS),
        expected: "sgd, adam or adamw",
        unset: None,
        is_valid: |_| true,
        access: access!(optimizer),
    },
    Setting {
        field: Field::Lr,
        part: Part::Training,
        label: "Learning rate",
        help: "Learning rate that the schedule scales, a one-cycle's highest; 0.1 is usual for SGD, 0.01 for Adam",
        kind: Kind::Number("RATE", ""),
        expected: "a finite number of at least 0",
        unset: None,
        is_valid: |settings| is_rate(settings.lr),
        access: access!(lr),
    },
    Setting {
        field: Field::Momentum,
        part: Part::More,
        label: "Momentum",
        help: "SGD's momentum: how much of the last update is kept in the next",
        kind: Kind::Number("FACTOR", ""),
        expected: "a number from 0 to less than 1, such as 0.9",
        unset: None,
        is_valid: |settings| (0.0..1.0).contains(&settings.momentum),
        access: access!(momentum),
    },
    Setting {
        field: Field::Nesterov,
        part: Part::More,
        label: "Nesterov's momentum",
        help: "Look ahead by Nesterov's rule",
        kind: Kind::SwitchOn,
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(nesterov),
    },
    Setting {
        field: Field::WeightDecay,
        part: Part::More,
        label: "Weight decay",
        help: "Weight decay of all that trains: this factor times a value is added to its gradient (AdamW: taken from the value itself)",
        kind: Kind::Number("FACTOR", ""),
        expected: "a finite number of at least 0",
        unset: None,
        is_valid: |settings| is_rate(settings.weight_decay),
        access: access!(weight_decay),
    },
    Setting {
        field: Field::Schedule,
        part: Part::Training,
        label: "Schedule",
        help: "How the learning rate changes: step:EPOCH,EPOCH…, constant, cosine or one-cycle",
        kind: Kind::Text("NAME"),
        expected: "constant, cosine, one-cycle, or step: with ascending epochs from 1 on, as in step:80,120",
        unset: None,
        is_valid: |_| true,
        access: access!(schedule),
    },
    Setting {
        field: Field::ScheduleEpochs,
        part: Part::More,
        label: "Schedule over",
        help: "Epochs that a cosine or one-cycle schedule is spread over; a run that goes on longer later keeps its learning rate by it",
        kind: Kind::Number("EPOCHS", " epochs"),
        expected: "a finite number of epochs above 0, such as 160",
        unset: Some("as long as the run"),
        is_valid: |settings| {
            settings
                .schedule_epochs
                .is_none_or(|epochs| epochs > 0.0 && epochs.is_finite())
        },
        access: access!(schedule_epochs),
    },
    Setting {
        field: Field::LrGamma,
        part: Part::Training,
        label: "Factor",
        help: "What a step schedule multiplies the learning rate by at each of its epochs",
        kind: Kind::Number("FACTOR", ""),
        expected: "a finite factor above 0, such as 0.1",
        unset: None,
        is_valid: |settings| settings.lr_gamma > 0.0 && settings.lr_gamma.is_finite(),
        access: access!(lr_gamma),
    },
    Setting {
        field: Field::WarmupEpochs,
        part: Part::More,
        label: "Warm-up",
        help: "Epochs over which the learning rate first rises linearly; 0 for none",
        kind: Kind::Number("EPOCHS", " epochs"),
        expected: "a finite number of epochs, 0 for no warm-up",
        unset: None,
        is_valid: |settings| settings.warmup_epochs >= 0.0 && settings.warmup_epochs.is_finite(),
        access: access!(warmup_epochs),
    },
    Setting {
        field: Field::Seed,
        part: Part::Training,
        label: "Seed",
        help: "Decides first values, batch order and augmentation: the same seed on the same adapter gives the same run",
        kind: Kind::Number("N", ""),
        expected: "a whole number from 0 to 9223372036854775807",
        unset: None,
        is_valid: |settings| i64::try_from(settings.seed).is_ok(),
        access: access!(seed),
    },
    Setting {
        field: Field::Shuffle,
        part: Part::More,
        label: "New order each epoch",
        help: "Take the images in a new random order each epoch",
        kind: Kind::SwitchOff("no-shuffle", "Take the images in their order"),
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(shuffle),
    },
    Setting {
        field: Field::Augment,
        part: Part::More,
        label: "Crop and flip at random",
        help: "Move training images by up to 4 pixels and mirror half of them",
        kind: Kind::SwitchOff("no-augment", "Neither move nor mirror images"),
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(augment),
    },
    Setting {
        field: Field::Crop,
        part: Part::More,
        label: "Crop",
        help: "Of the two, move images, which crops them",
        kind: Kind::SwitchOff("no-crop", "Do not move images; mirroring stays"),
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(crop),
    },
    Setting {
        field: Field::Flip,
        part: Part::More,
        label: "Flip",
        help: "Of the two, mirror half of the images, also those of one channel",
        kind: Kind::Either("no-flip", "Do not mirror images; moving stays"),
        expected: "true or false",
        unset: Some("on, but off for images of one channel"),
        is_valid: |_| true,
        access: access!(flip),
    },
    Setting {
        field: Field::DropLast,
        part: Part::More,
        label: "Drop a small last batch",
        help: "Leave out an epoch's last batch where it is smaller than the others, as PyTorch's DataLoader does",
        kind: Kind::SwitchOn,
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(drop_last),
    },
    Setting {
        field: Field::FreezeStats,
        part: Part::FirstState,
        label: "Freeze running statistics",
        help: "Normalise by the running statistics, which then do not move, as PyTorch's eval() does",
        kind: Kind::SwitchOn,
        expected: "true or false",
        unset: None,
        is_valid: |_| true,
        access: access!(freeze_stats),
    },
    Setting {
        field: Field::Precision,
        part: Part::More,
        label: "Precision",
        help: "How activations, their gradients and convolutions' weights are stored; f16 takes half the memory where the adapter has it, all else stays f32",
        kind: Kind::Choice("f32|f16", PRECISIONS),
        expected: "f32 or f16",
        unset: None,
        is_valid: |_| true,
        access: access!(precision),
    },
];

/// What is known of a field, if it is a setting.
pub fn setting(field: Field) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.field == field)
}

/// The setting with this key in `config.toml`.
pub fn setting_named(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.field.key() == key)
}

impl Settings {
    /// Checks every value that can be judged without data, network or adapter.
    ///
    /// # Errors
    /// The first setting whose value cannot work, with what is expected of it.
    pub fn validate(&self) -> Result<(), SettingsError> {
        SETTINGS
            .iter()
            .try_for_each(|setting| setting.check(self))?;
        let nesterov = |found: String, expected: &str| {
            Err(SettingsError::Value {
                field: Field::Nesterov,
                found,
                expected: expected.to_owned(),
            })
        };
        match self.nesterov {
            true if self.optimizer != OptimizerKind::Sgd => {
                nesterov(format!("the optimizer {}", self.optimizer), "sgd beside it")
            }
            true if self.momentum == 0.0 => nesterov(
                "a momentum of 0".to_owned(),
                "one above 0 beside it, such as 0.9",
            ),
            _ => Ok(()),
        }
    }
}
