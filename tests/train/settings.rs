//! Settings as files and sentences, and the learning rate against PyTorch's numbers.

use bnonly::data::DataSource;
use bnonly::field::{Explain, Field};
use bnonly::kernels::Precision;
use bnonly::train::schedule::{LearningRate, Schedule};
use bnonly::train::setting::Kind;
use bnonly::train::settings::{OptimizerKind, Settings};
use bnonly::train::table::{SETTINGS, setting};

fn unusual() -> Settings {
    Settings {
        data: "C:\\images \"of\" αβγ".into(),
        image_size: 28,
        digits_size: 28,
        test_fraction: Some(0.123_456_789_012_345_67),
        split_seed: 9,
        labels: Some("some/labels.csv".into()),
        min_images: Some(3),
        background: "#80c0ff".parse().unwrap(),
        normalization: "0.1,0.2,0.3/0.25".parse().unwrap(),
        skip_bad: true,
        model: "vgg-11".parse().unwrap(),
        width: Some(7),
        shortcut: false,
        bn_after_activation: true,
        train: "blocks.*.bn1.weight,fc.*".parse().unwrap(),
        bn_init: "symmetric".parse().unwrap(),
        weights_init: "orthogonal".parse().unwrap(),
        init: Some("some/init.safetensors".into()),
        epochs: 3,
        max_steps: Some(12_345),
        batch_size: 48,
        limit_train: Some(200),
        limit_test: Some(100),
        optimizer: OptimizerKind::AdamW,
        lr: 0.1 + 0.2,
        momentum: 0.0,
        nesterov: false,
        weight_decay: 1e-300,
        schedule: Schedule::Step(vec![1, 20, 300]),
        schedule_epochs: Some(2.5),
        lr_gamma: 1.0 / 3.0,
        warmup_epochs: 0.5,
        seed: i64::MAX as u64,
        shuffle: false,
        augment: false,
        crop: false,
        flip: Some(true),
        drop_last: true,
        freeze_stats: true,
        precision: Precision::F16,
    }
}

#[test]
fn settings_survive_a_file_bit_for_bit() {
    for settings in [Settings::default(), unusual()] {
        let text = settings.to_toml().unwrap();
        assert_eq!(Settings::from_toml(&text).unwrap(), settings, "{text}");
    }
    assert_eq!(Settings::from_toml("").unwrap(), Settings::default());
}

/// As version 0.1 wrote it: older runs are continued, and their settings taken over.
#[test]
fn a_config_of_an_earlier_version_reads_the_same() {
    let text = r#"data = "/data/cifar-10-batches-bin"
image-size = 32
model = "resnet-20"
width = 8
shortcut = false
bn-after-activation = true
train = "bn,fc.*"
bn-init = "ones-ones"
init = "/runs/first/delta.safetensors"
epochs = 3
max-steps = 40
batch-size = 16
limit-train = 64
optimizer = "adamw"
lr = 0.01
momentum = 0.9
nesterov = false
weight-decay = 0.0001
schedule = "step:1,2"
lr-gamma = 0.1
warmup-epochs = 0.5
seed = 7
shuffle = true
augment = false
freeze-stats = false
precision = "f16"
"#;
    let settings = Settings::from_toml(text).unwrap();
    let expected = Settings {
        data: "/data/cifar-10-batches-bin".into(),
        model: "resnet-20".parse().unwrap(),
        width: Some(8),
        shortcut: false,
        bn_after_activation: true,
        train: "bn,fc.*".parse().unwrap(),
        bn_init: "ones-ones".parse().unwrap(),
        init: Some("/runs/first/delta.safetensors".into()),
        epochs: 3,
        max_steps: Some(40),
        batch_size: 16,
        limit_train: Some(64),
        optimizer: OptimizerKind::AdamW,
        lr: 0.01,
        schedule: Schedule::Step(vec![1, 2]),
        warmup_epochs: 0.5,
        seed: 7,
        augment: false,
        precision: Precision::F16,
        ..Settings::default()
    };
    assert_eq!(settings, expected);
    let on_shapes = Settings::from_toml("data = \"shapes\"\nimage-size = 32\n").unwrap();
    assert_eq!(on_shapes.data, DataSource::Shapes);
    // What is new since then is written beside it.
    let written = settings.to_toml().unwrap();
    for line in text.lines() {
        assert!(written.lines().any(|now| now == line), "{line}");
    }
    assert_eq!(Settings::from_toml(&written).unwrap(), expected);
}

#[test]
fn the_table_has_each_setting_and_reads_what_it_writes() {
    let text = unusual().to_toml().unwrap();
    let mut keys: Vec<&str> = text
        .lines()
        .map(|line| line.split(" = ").next().unwrap())
        .collect();
    let mut known: Vec<&str> = SETTINGS.iter().map(|setting| setting.field.key()).collect();
    keys.sort_unstable();
    known.sort_unstable();
    assert_eq!(keys, known);

    let mut copied = Settings::default();
    for setting in SETTINGS {
        let text = setting.get(&unusual()).expect("a value");
        setting.set(&mut copied, &text).unwrap();
        let words = [setting.label, setting.help, setting.expected];
        assert!(words.iter().all(|words| !words.is_empty()));
        assert!(!setting.help.ends_with('.'), "{}", setting.help);
        if let Kind::Choice(_, choices) = setting.kind {
            for choice in choices {
                setting.set(&mut copied.clone(), choice.word).unwrap();
            }
        }
    }
    assert_eq!(copied, unusual());
}

#[test]
fn a_text_that_is_no_value_is_told_with_what_is_expected() {
    for (field, text, parts) in [
        (Field::BatchSize, "many", ["`many`", "images"]),
        (
            Field::Model,
            "resnet-15",
            ["resnet-15", "resnet-14 or resnet-20"],
        ),
        (Field::Train, "bm", ["`bm`", "bn-gamma"]),
        (Field::BnInit, "zeros", ["`zeros`", "symmetric"]),
        (
            Field::WeightsInit,
            "ones",
            ["`ones`", "he-normal, uniform, orthogonal or binary"],
        ),
        (Field::Optimizer, "lion", ["`lion`", "adamw"]),
        (Field::Schedule, "sometimes", ["`sometimes`", "step:80,120"]),
        (Field::Init, "", ["an empty text", "a network's state"]),
        (Field::Background, "grey", ["`grey`", "#80c0ff"]),
        (Field::Normalization, "0.5", ["`0.5`", "imagenet"]),
        (Field::Labels, "", ["an empty text", "CSV"]),
    ] {
        let mut settings = Settings::default();
        let error = setting(field).unwrap().set(&mut settings, text);
        let told = error.unwrap_err().explain();
        assert_eq!(told.field, Some(field));
        for part in parts {
            assert!(told.text.contains(part), "{}", told.text);
        }
        assert_eq!(settings, Settings::default());
    }
}

#[test]
fn keys_in_files_are_the_options_of_the_command_line() {
    let text = unusual().to_toml().unwrap();
    let keys: Vec<&str> = text
        .lines()
        .map(|line| line.split(" = ").next().unwrap())
        .collect();
    let expected = "data image-size digits-size test-fraction split-seed labels min-images background normalization skip-bad model width shortcut bn-after-activation train \
                    bn-init weights-init init epochs max-steps batch-size limit-train limit-test optimizer lr \
                    momentum nesterov weight-decay schedule schedule-epochs lr-gamma warmup-epochs seed shuffle \
                    augment crop flip drop-last freeze-stats precision";
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn a_bad_file_is_answered_with_line_and_key() {
    for (text, parts) in [
        (
            "lr = 0.1\nmomentun = 0.9\n",
            vec!["line 2", "`momentun`", "did you mean `momentum`?"],
        ),
        ("\n\nlr = \"high\"\n", vec!["line 3", "`lr`", "string"]),
        ("batch-size = -1\n", vec!["line 1", "`batch-size`", "-1"]),
        (
            "schedule = \"step:9,3\"\n",
            vec!["line 1", "`schedule`", "step:80,120"],
        ),
        (
            "optimizer = \"lion\"\n",
            vec!["line 1", "`optimizer`", "lion", "adamw"],
        ),
        (
            "weights-init = \"ones\"\n",
            vec!["line 1", "`weights-init`", "ones", "orthogonal"],
        ),
        (
            "seed = 1\nseed = 2\n",
            vec!["line 2", "`seed`", "duplicate"],
        ),
        ("lr = ", vec!["line 1", "`lr`"]),
        ("[data]\n", vec!["line 1"]),
        ("αβγ = 3", vec!["line 1"]),
    ] {
        let message = Settings::from_toml(text).unwrap_err().to_string();
        for part in parts {
            assert!(
                message.contains(part),
                "{text:?} gives {message:?} without {part:?}"
            );
        }
        assert!(!message.contains('\n'), "{message:?}");
    }
}

#[test]
fn a_key_that_is_none_is_answered_with_the_nearest() {
    for (key, meant) in [
        ("batch_size", "batch-size"),
        ("max_steps", "max-steps"),
        ("batchsize", "batch-size"),
        ("epoch", "epochs"),
        ("optim", "optimizer"),
        ("learning_rate", "lr"),
        ("Learning-Rate", "lr"),
        ("schedule-epoch", "schedule-epochs"),
    ] {
        let error = Settings::from_toml(&format!("seed = 1\n{key} = 3")).unwrap_err();
        let (told, meant) = (error.to_string(), format!("did you mean `{meant}`?"));
        assert!(told.starts_with(&format!("line 2, `{key}`: ")), "{told}");
        assert!(told.ends_with(&meant), "{told}");
    }
    let told = Settings::from_toml("colour = 3").unwrap_err().to_string();
    assert!(told.contains("there are data, "), "{told}");
}

#[test]
fn a_value_that_was_meant_is_written_as_it_should_be() {
    for (text, way) in [
        ("lr = \"0.1\"", "write lr = 0.1"),
        ("batch-size = '32'", "write batch-size = 32"),
        ("shuffle = \"true\"", "write shuffle = true"),
        ("shuffle = False", "write shuffle = false"),
        ("schedule = [80, 120]", "write schedule = \"step:80,120\""),
        ("train = [\"bn\", \"fc.*\"]", "write train = \"bn,fc.*\""),
        ("optimizer = adam", "write optimizer = \"adam\""),
        (
            "model = 14",
            "integer `14` cannot be used; expected a network's name",
        ),
        ("epochs = 4.0", "expected a whole number of epochs"),
        (
            "epochs = \"many\"",
            "string \"many\" cannot be used; expected a whole number",
        ),
    ] {
        let told = Settings::from_toml(text).unwrap_err().to_string();
        assert!(told.contains(way), "{text} gives {told}");
    }
    let whole = Settings::from_toml("lr = 1\nwarmup-epochs = 5").unwrap();
    assert_eq!((whole.lr, whole.warmup_epochs), (1.0, 5.0));
}

#[test]
fn a_config_is_read_as_editors_and_shells_leave_it() {
    let text = "data = 'shapes'\nepochs = 3\n";
    let expected = Settings::from_toml(text).unwrap();
    let windows = text.replace('\n', "\r\n");
    for text in [text, &windows, &format!("\u{feff}{windows}")] {
        assert_eq!(
            Settings::from_config(text.as_bytes()).unwrap(),
            expected,
            "{text:?}"
        );
    }
    let told = |bytes: &[u8]| Settings::from_config(bytes).unwrap_err().to_string();
    let units: Vec<u16> = "\u{feff}epochs = 3".encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [&little[..], &big, &little[2..], &big[2..]] {
        let said = told(bytes);
        assert!(
            said.contains("UTF-16") && said.contains("-Encoding utf8"),
            "{said}"
        );
    }
    let said = told(b"epochs = 3\ndata = 'caf\xe9'\n");
    assert!(said.contains("line 2 is not UTF-8"), "{said}");
}

#[test]
fn a_windows_path_in_double_quotes_is_told_how_to_be_written() {
    // The first is no TOML; the others are, and mean a tab, a line feed or a bell.
    for path in [
        r"C:\Users\me\cifar",
        r"C:\temp\new",
        r"data\train",
        r"D:\new images",
    ] {
        let text = format!("epochs = 3\ndata = \"{path}\"\n");
        let said = Settings::from_config(text.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(said.starts_with("line 2, `data`: "), "{said}");
        assert!(said.contains("single quotes"), "{said}");
    }
    for (written, path) in [
        (r"'C:\temp\new'", r"C:\temp\new"),
        (r#""C:\\temp\\new""#, r"C:\temp\new"),
        (r#""caf\u00e9""#, "café"),
    ] {
        let settings = Settings::from_config(format!("data = {written}").as_bytes()).unwrap();
        assert_eq!(settings.data, path.into(), "{written}");
    }
}

#[cfg(unix)]
#[test]
fn a_tilde_is_the_users_folder() {
    let home = std::env::home_dir().expect("a home");
    let mut settings = Settings {
        data: "~/pictures".into(),
        init: Some("~".into()),
        ..Settings::default()
    };
    settings.make_absolute();
    assert_eq!(settings.data.path(), Some(&*home.join("pictures")));
    assert_eq!(settings.init.as_ref(), Some(&home));
    let mut settings = Settings {
        data: "/a/~/b".into(),
        init: Some("~someone/x".into()),
        ..Settings::default()
    };
    settings.make_absolute();
    assert_eq!(settings.data.path(), Some("/a/~/b".as_ref()));
    assert!(settings.init.unwrap().ends_with("~someone/x"));
}

#[test]
fn values_that_cannot_work_are_named() {
    type Change = fn(&mut Settings);
    let cases: [(&str, Change); 24] = [
        ("batch-size: 0", |s| s.batch_size = 0),
        ("lr: NaN", |s| s.lr = f64::NAN),
        ("lr: -0.1", |s| s.lr = -0.1),
        ("lr: inf", |s| s.lr = f64::INFINITY),
        ("lr: 1000000000000000", |s| s.lr = 1e300),
        ("momentum: 1", |s| s.momentum = 1.0),
        ("momentum: NaN", |s| s.momentum = f64::NAN),
        ("momentum: -0.5", |s| s.momentum = -0.5),
        ("nesterov: the optimizer adam ", |s| {
            s.nesterov = true;
            s.optimizer = OptimizerKind::Adam;
        }),
        ("nesterov: a momentum of 0 ", |s| {
            s.nesterov = true;
            s.momentum = 0.0;
        }),
        ("weight-decay: -1", |s| s.weight_decay = -1.0),
        ("weight-decay: NaN", |s| s.weight_decay = f64::NAN),
        ("epochs: 0", |s| s.epochs = 0),
        ("max-steps: 0", |s| s.max_steps = Some(0)),
        ("test-fraction: 0", |s| s.test_fraction = Some(0.0)),
        ("test-fraction: 1", |s| s.test_fraction = Some(1.0)),
        ("min-images: 0", |s| s.min_images = Some(0)),
        ("lr-gamma: 0", |s| s.lr_gamma = 0.0),
        ("warmup-epochs: -1", |s| s.warmup_epochs = -1.0),
        ("schedule-epochs: 0", |s| s.schedule_epochs = Some(0.0)),
        ("image-size: 0", |s| s.image_size = 0),
        ("digits-size: 20", |s| s.digits_size = 20),
        ("limit-train: 0", |s| s.limit_train = Some(0)),
        ("seed: 9223372036854775808", |s| s.seed = 1 << 63),
    ];
    for (start, change) in cases {
        let mut settings = Settings::default();
        assert_eq!(settings.validate(), Ok(()));
        change(&mut settings);
        let message = settings.validate().unwrap_err().to_string();
        assert!(message.starts_with(start), "{message:?}, not {start:?}");
        assert!(message.contains("expected"), "{message:?}");
    }
    let by_steps = Settings {
        epochs: 0,
        max_steps: Some(7),
        ..Settings::default()
    };
    assert_eq!(by_steps.validate(), Ok(()));
    assert_eq!(by_steps.total_steps(100), 7);
    assert_eq!(Settings::default().total_steps(391), 62_560);
}

#[test]
fn schedules_are_written_as_they_are_read() {
    for text in ["constant", "step:80,120", "step:1", "cosine", "one-cycle"] {
        assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
    }
    for text in [
        "", "step", "step:", "step:0", "step:2,2", "step:1.5", "step:-1", "linear",
    ] {
        assert!(text.parse::<Schedule>().is_err(), "{text:?}");
    }
    for kind in OptimizerKind::ALL {
        assert_eq!(kind.to_string().parse::<OptimizerKind>().unwrap(), kind);
    }
}

fn rate(schedule: &str, base: f64) -> LearningRate {
    LearningRate {
        schedule: schedule.parse().unwrap(),
        base,
        gamma: 0.1,
        warmup_epochs: 0.0,
    }
}

fn assert_close(got: f64, expected: f64, what: &str) {
    assert!(
        (got - expected).abs() <= 1e-14 + 1e-12 * expected.abs(),
        "{what}: {got}, {expected}"
    );
}

#[test]
fn a_schedule_is_spread_over_the_run_or_over_the_epochs_that_are_set() {
    let mut settings = Settings {
        schedule: Schedule::Cosine,
        lr: 0.2,
        epochs: 4,
        ..Settings::default()
    };
    assert_eq!(settings.schedule_steps(5), 20);
    assert_close(settings.rate_at(10, 5), 0.1, "half of the run");
    settings.epochs = 8;
    assert_close(settings.rate_at(20, 5), 0.1, "half of a longer run");
    settings.schedule_epochs = Some(4.0);
    assert_close(settings.rate_at(10, 5), 0.1, "half of the schedule");
    assert_eq!(settings.total_steps(5), 40);
    settings.max_steps = Some(7);
    assert_eq!(settings.schedule_steps(5), 20);
    // As a run's note writes the length of a schedule in steps.
    settings.schedule_epochs = Some(100.0 / 391.0);
    assert_eq!(settings.schedule_steps(391), 100);
    settings.schedule_epochs = Some(1e-9);
    assert_eq!(settings.schedule_steps(391), 1);
}

#[test]
fn one_cycle_is_pytorchs() {
    // torch 2.15: OneCycleLR(optimizer, max_lr=base, total_steps=total, cycle_momentum=False).
    let twenty = [
        0.0040000000000000036,
        0.013167184270002533,
        0.037167184270002526,
        0.06683281572999747,
        0.09083281572999748,
        0.1,
        0.09874640062350874,
        0.09504846320134738,
        0.089091617757105,
        0.0811745653949763,
        0.07169430017913009,
        0.06112620219362893,
        0.0500002,
        0.03887419780637107,
        0.028306099820869922,
        0.0188258346050237,
        0.010908782242895003,
        0.004951936798652629,
        0.0012539993764912555,
        4e-07,
    ];
    let seven = [
        0.016000000000000014,
        0.3922226509339835,
        0.36761775050788426,
        0.26907353459221806,
        0.14309551029586282,
        0.03971871675730624,
        1.6e-06,
    ];
    for (base, expected) in [(0.1, twenty.as_slice()), (0.4, seven.as_slice())] {
        let total = expected.len() as u64;
        for (step, expected) in expected.iter().enumerate() {
            let got = rate("one-cycle", base).at(step as u64, 4, total);
            assert_close(got, *expected, &format!("step {step}"));
        }
    }
}

#[test]
fn steps_fall_at_the_start_of_their_epochs() {
    let rate = rate("step:2,3", 0.1);
    for (step, expected) in [
        (0, 0.1),
        (19, 0.1),
        (20, 0.01),
        (29, 0.01),
        (30, 0.001),
        (900, 0.001),
    ] {
        assert_close(rate.at(step, 10, 1000), expected, &format!("step {step}"));
    }
    assert_eq!(rate.at(25, 10, 1000), 0.1 * 0.1_f64.powi(1));
}

#[test]
fn cosine_falls_from_the_whole_rate_towards_zero() {
    let rate = rate("cosine", 0.2);
    assert_eq!(rate.at(0, 5, 20), 0.2);
    assert_close(rate.at(5, 5, 20), 0.1 * (1.0 + 0.5_f64.sqrt()), "a quarter");
    assert_close(rate.at(10, 5, 20), 0.1, "half");
    assert!(rate.at(19, 5, 20) > 0.0 && rate.at(19, 5, 20) < 0.002);
    assert_eq!(rate.at(20, 5, 20), 0.0);
    assert_eq!(rate.at(900, 5, 20), 0.0);
}

#[test]
fn warm_up_rises_linearly_and_then_leaves_the_schedule_alone() {
    let warm = LearningRate {
        warmup_epochs: 0.4,
        ..rate("constant", 0.5)
    };
    let rates: Vec<f64> = (0..6).map(|step| warm.at(step, 10, 100)).collect();
    assert_eq!(rates, [0.125, 0.25, 0.375, 0.5, 0.5, 0.5]);
    let tiny = LearningRate {
        warmup_epochs: 1e-9,
        ..rate("constant", 0.5)
    };
    assert_eq!(tiny.at(0, 10, 100), 0.5);
}

#[test]
fn no_schedule_leaves_the_range_from_zero_to_base() {
    for schedule in ["constant", "step:1,2", "cosine", "one-cycle"] {
        for total in [0, 1, 2, 3, 4, 5, 10, 100] {
            for step in [0, 1, 2, 3, 9, 99, u64::MAX - 1] {
                for warmup_epochs in [0.0, 0.1, 3.0] {
                    let rate = LearningRate {
                        warmup_epochs,
                        ..rate(schedule, 0.1)
                    };
                    let got = rate.at(step, 3, total);
                    assert!(
                        (0.0..=0.1 + 1e-15).contains(&got),
                        "{schedule} {step}/{total}: {got}"
                    );
                }
            }
        }
    }
}
