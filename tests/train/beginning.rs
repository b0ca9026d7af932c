//! What is refused and what is said before the first step, and how epochs are cut into batches.

use bnonly::data::{DataShape, DataSource};
use bnonly::field::{Explain, Field, Keys, Remedy};
use bnonly::train::advice::settle_flip;
use bnonly::train::batches::Batches;
use bnonly::train::settings::Settings;
use bnonly::train::start::{Start, StartError};

fn shape(side: u32, train: usize) -> DataShape {
    DataShape {
        channels: 3,
        height: side,
        width: side,
        classes: 4,
        train,
        test: 8,
    }
}

fn settings(batch_size: u32) -> Settings {
    Settings {
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        batch_size,
        ..Settings::default()
    }
}

#[test]
fn epochs_are_cut_into_batches() {
    // Images, batch size, whether the last is dropped; steps, the last's images, images of five steps.
    for (images, size, drop_last, steps, last, in_five) in [
        (64, 64, false, 1, 64, 320),
        (65, 64, false, 2, 1, 2 * 65 + 64),
        (65, 64, true, 1, 64, 320),
        (130, 64, true, 2, 64, 320),
        (3, 64, false, 1, 3, 15),
        (3, 64, true, 1, 3, 15),
        (3, u32::MAX, false, 1, 3, 15),
    ] {
        let batches = Batches::new(images, size, drop_last);
        let found = (batches.steps(), batches.last(), batches.images_in(5));
        assert_eq!(
            found,
            (steps, last, in_five),
            "{images}, {size}, {drop_last}"
        );
        let counted: usize = (0..5).map(|step| batches.places(step).len()).sum();
        assert_eq!(counted as u64, in_five);
    }
    let batches = Batches::new(65, 64, false);
    assert_eq!([batches.places(2), batches.places(3)], [0..64, 64..65]);
}

fn refused(settings: &Settings, data: &DataShape) -> Option<Vec<Remedy>> {
    match Start::new(settings, data) {
        Err(error @ StartError::OneValue(_)) => {
            let told = error.explain();
            assert_eq!(told.field, Some(Field::BatchSize));
            assert!(told.text.contains("blocks.2."), "{}", told.text);
            Some(told.remedies)
        }
        started => {
            started.unwrap();
            None
        }
    }
}

#[test]
fn a_batch_of_one_value_a_channel_is_refused() {
    let freeze = Remedy::Use(&[Field::FreezeStats]);
    // Four rows are one in the last stage.
    let always = refused(&settings(1), &shape(4, 10)).expect("refused");
    assert_eq!(always, [Remedy::Raise(&[Field::BatchSize]), freeze.clone()]);
    let last = refused(&settings(64), &shape(4, 65)).expect("refused");
    let ways = [
        Remedy::Use(&[Field::DropLast]),
        Remedy::Change(&[Field::BatchSize]),
        freeze,
    ];
    assert_eq!(last, ways);

    let dropped = Settings {
        drop_last: true,
        ..settings(64)
    };
    let frozen = Settings {
        freeze_stats: true,
        ..settings(1)
    };
    let short = Settings {
        max_steps: Some(1),
        ..settings(64)
    };
    for (settings, data) in [
        (dropped, shape(4, 65)),
        (frozen, shape(4, 10)),
        (short, shape(4, 65)),
        (settings(64), shape(4, 66)),
        // Eight rows leave four values of one image.
        (settings(1), shape(8, 10)),
    ] {
        assert_eq!(refused(&settings, &data), None);
    }
}

fn notes(settings: &Settings, data: &DataShape) -> Vec<String> {
    let start = Start::new(settings, data).unwrap();
    start.notes.iter().map(|note| note.say(&Keys)).collect()
}

#[test]
fn a_small_last_batch_is_told() {
    let told = notes(&settings(64), &shape(8, 64 + 15));
    assert_eq!(told.len(), 1);
    for part in [
        "a batch of 15 images, the others have 64",
        "switch on drop-last",
    ] {
        assert!(told[0].contains(part), "{told:?}");
    }
    let dropped = Settings {
        drop_last: true,
        ..settings(64)
    };
    let frozen = Settings {
        freeze_stats: true,
        ..settings(64)
    };
    let none = Vec::<String>::new();
    assert_eq!(notes(&settings(64), &shape(8, 64 + 16)), none);
    assert_eq!(notes(&settings(64), &shape(8, 15)), none);
    assert_eq!(notes(&dropped, &shape(8, 64 + 15)), none);
    assert_eq!(notes(&frozen, &shape(8, 64 + 15)), none);
}

#[test]
fn statistics_that_move_without_a_batch_norm_that_trains_are_told() {
    for (train, is_told) in [
        ("output", true),
        ("none", true),
        ("random:2", true),
        ("bn", false),
        ("bn-beta", false),
        ("all", false),
    ] {
        let settings = Settings {
            train: train.parse().unwrap(),
            ..settings(8)
        };
        let told = notes(&settings, &shape(8, 8));
        assert_eq!(told.len(), usize::from(is_told), "{train}: {told:?}");
        assert!(
            told.iter()
                .all(|note| note.ends_with("switch on freeze-stats")),
            "{told:?}"
        );
        let frozen = Settings {
            freeze_stats: true,
            ..settings
        };
        assert_eq!(notes(&frozen, &shape(8, 8)).len(), 0);
    }
}

#[test]
fn images_of_one_channel_are_not_mirrored_unless_asked_for() {
    let grey = DataShape {
        channels: 1,
        ..shape(8, 8)
    };
    let coloured = shape(8, 8);
    for (flip, augment, data, flips, is_told) in [
        (None, true, &grey, false, true),
        (None, true, &coloured, true, false),
        (Some(true), true, &grey, true, false),
        (Some(false), true, &grey, false, false),
        (Some(false), true, &coloured, false, false),
        (None, false, &grey, false, false),
        (None, false, &coloured, false, false),
    ] {
        let mut settings = Settings {
            data: "/pictures".into(),
            flip,
            augment,
            ..settings(8)
        };
        assert_eq!(settings.flips(data.channels), flips);
        let told = settle_flip(&mut settings, data);
        assert_eq!(told.is_some(), is_told, "{flip:?} {augment}");
        // It is in the run's settings, so that it stays so.
        assert!(settings.flip.is_some());
        assert_eq!(settings.flips(data.channels), flips);
    }
    // Of the digits that are built in nothing is guessed.
    let mut built_in = Settings {
        data: DataSource::Digits,
        ..settings(8)
    };
    assert_eq!(settle_flip(&mut built_in, &grey), None);
    assert_eq!(built_in.flip, Some(false));
}
