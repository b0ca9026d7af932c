//! γ's history in a run's folder: what is kept, what a crash leaves, what any bytes are read as.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bnonly::study::gamma::Norms;
use bnonly::train::gamma_history::thin::Thinning;
use bnonly::train::gamma_history::{
    GammaHistory, GammaHistoryError, GammaLayer, MOST_SNAPSHOTS, Recorder, gammas_path, read_gammas,
};
use proptest::prelude::*;

use crate::data::properties::{any_bytes, damaged};

/// Bytes of a record of the three channels below.
const RECORD: usize = 24 + 2 * 3 * 4 + 4;

fn layers() -> Vec<GammaLayer> {
    [("bn", 2), ("blocks.0.bn1", 1)]
        .map(|(name, channels)| GammaLayer {
            name: name.to_owned(),
            channels,
        })
        .to_vec()
}

fn norms(step: u64) -> Norms {
    let value = |at: u64| (step * 10 + at) as f32 / 1024.0;
    Norms {
        gamma: (0..3).map(value).collect(),
        beta: (3..6).map(|at| -value(at)).collect(),
    }
}

fn push(recorder: &mut Recorder, steps: impl IntoIterator<Item = u64>) {
    for step in steps {
        let (epoch, seconds) = (step as f64 / 4.0, step as f64 / 2.0);
        recorder.push(step, epoch, seconds, &norms(step)).unwrap();
    }
}

/// A run's file with these steps.
fn recorded(run: &Path, steps: Range<u64>) {
    push(
        &mut Recorder::open(run, &layers(), 0).unwrap().recorder,
        steps,
    );
}

fn read(run: &Path) -> GammaHistory {
    read_gammas(&gammas_path(run)).unwrap().expect("a file")
}

fn steps(history: &GammaHistory) -> Vec<u64> {
    history.snapshots.iter().map(|kept| kept.step).collect()
}

#[test]
fn what_was_kept_is_read_back_as_it_was() {
    let run = tempfile::tempdir().unwrap();
    assert!(read_gammas(&gammas_path(run.path())).unwrap().is_none());
    recorded(run.path(), 0..3);
    let history = read(run.path());
    assert_eq!((history.layers.clone(), history.left_out), (layers(), 0));
    assert_eq!(steps(&history), [0, 1, 2]);
    let last = &history.snapshots[2];
    assert_eq!((last.epoch, last.seconds), (0.5, 1.0));
    assert_eq!(last.norms, Arc::new(norms(2)));
    assert!(history.note(run.path()).is_none());
}

/// As README.md says that other programs may read it.
#[test]
fn the_file_is_a_line_and_records_of_one_size() {
    let run = tempfile::tempdir().unwrap();
    recorded(run.path(), 0..2);
    let bytes = fs::read(gammas_path(run.path())).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let line = r#"{"kind":"gamma-history","version":1,"layers":[{"name":"bn","channels":2},{"name":"blocks.0.bn1","channels":1}]}"#;
    assert_eq!(std::str::from_utf8(&bytes[..end]).unwrap(), line);
    let records = &bytes[end + 1..];
    assert_eq!(records.len(), 2 * RECORD);
    let record = &records[RECORD..];
    assert_eq!(record[..8], 1_u64.to_le_bytes());
    assert_eq!(record[8..16], 0.25_f64.to_le_bytes());
    assert_eq!(record[16..24], 0.5_f64.to_le_bytes());
    assert_eq!(record[24..28], norms(1).gamma[0].to_le_bytes());
    assert_eq!(record[36..40], norms(1).beta[0].to_le_bytes());
}

#[test]
fn a_run_of_any_length_keeps_some_hundred_snapshots_over_all_of_it() {
    let run = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::open(run.path(), &layers(), 0).unwrap().recorder;
    let (mut taken, end) = (0, 20_000);
    for step in 0..=end {
        if recorder.is_due(step) {
            push(&mut recorder, [step]);
            taken += 1;
        }
        assert!(recorder.len() <= MOST_SNAPSHOTS);
    }
    push(&mut recorder, [end]);
    // Few are taken that are not kept.
    assert!(taken < 4 * MOST_SNAPSHOTS, "{taken}");
    let history = read(run.path());
    let steps = steps(&history);
    assert_eq!(steps.len(), recorder.len());
    assert!(steps.len() > MOST_SNAPSHOTS / 2, "{}", steps.len());
    assert_eq!((steps[0], *steps.last().unwrap()), (0, end));
    let widest = steps.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert_eq!(widest, Some(64));
    let as_pushed = |kept: &bnonly::train::gamma_history::GammaSnapshot| {
        *kept.norms == norms(kept.step) && kept.seconds == kept.step as f64 / 2.0
    };
    assert!(history.snapshots.iter().all(as_pushed));
    let bytes = fs::metadata(gammas_path(run.path())).unwrap().len();
    assert!(bytes < (MOST_SNAPSHOTS * RECORD + 200) as u64, "{bytes}");
}

#[test]
fn wide_networks_keep_fewer() {
    let run = tempfile::tempdir().unwrap();
    let wide = [GammaLayer {
        name: "bn".to_owned(),
        channels: 20_000,
    }];
    let norms = Norms {
        gamma: vec![1.0; 20_000],
        beta: vec![0.0; 20_000],
    };
    let mut recorder = Recorder::open(run.path(), &wide, 0).unwrap().recorder;
    for step in 0..250 {
        recorder.push(step, 0.0, 0.0, &norms).unwrap();
    }
    let bytes = fs::metadata(gammas_path(run.path())).unwrap().len();
    assert!(bytes <= 17 << 20, "{bytes}");
    assert!(recorder.len() > 32);
}

#[test]
fn a_step_is_kept_once_and_a_diverged_one_not_at_all() {
    let run = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::open(run.path(), &layers(), 0).unwrap().recorder;
    push(&mut recorder, [0, 4, 4, 3]);
    let mut diverged = norms(5);
    diverged.beta[1] = f32::NAN;
    recorder.push(5, 0.0, 0.0, &diverged).unwrap();
    assert_eq!(steps(&read(run.path())), [0, 4]);
}

/// As after `kill -9`, or a machine that lost its power: the last record is half there, or its room holds zeros.
#[test]
fn a_torn_end_is_cut_and_told() {
    let run = tempfile::tempdir().unwrap();
    let path = gammas_path(run.path());
    recorded(run.path(), 0..5);
    let whole = fs::read(&path).unwrap();
    let torn = whole[..whole.len() - 7].to_vec();
    let zeroed = [&whole[..whole.len() - RECORD], &[0; RECORD]].concat();
    for bytes in [torn, zeroed] {
        fs::write(&path, &bytes).unwrap();
        let history = read(run.path());
        assert_eq!((steps(&history), history.left_out), (vec![0, 1, 2, 3], 1));
        let told = history.note(run.path()).unwrap().text;
        assert!(told.contains("gamma.history: 1 snapshot"), "{told}");

        // A run that goes on says it, and writes on behind what is whole.
        let mut opened = Recorder::open(run.path(), &layers(), 4).unwrap();
        assert_eq!(opened.note.unwrap().text, told);
        push(&mut opened.recorder, [4, 5]);
        let history = read(run.path());
        assert_eq!(steps(&history), [0, 1, 2, 3, 4, 5]);
        assert_eq!(history.left_out, 0);
    }
}

#[test]
fn a_damaged_record_costs_no_other() {
    let run = tempfile::tempdir().unwrap();
    let path = gammas_path(run.path());
    recorded(run.path(), 0..5);
    let mut bytes = fs::read(&path).unwrap();
    let third = bytes.len() - 3 * RECORD;
    bytes[third + 30] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let history = read(run.path());
    assert_eq!((steps(&history), history.left_out), (vec![0, 1, 3, 4], 1));
}

#[test]
fn what_a_resumed_run_takes_again_is_cut() {
    let run = tempfile::tempdir().unwrap();
    recorded(run.path(), 0..10);
    let mut opened = Recorder::open(run.path(), &layers(), 6).unwrap();
    assert!(opened.note.is_none());
    assert_eq!(steps(&opened.past), (0..=6).collect::<Vec<_>>());
    assert_eq!(steps(&read(run.path())), (0..=6).collect::<Vec<_>>());
    assert!(!opened.recorder.is_due(6) && opened.recorder.is_due(7));
    push(&mut opened.recorder, [7]);
    assert_eq!(steps(&read(run.path())), (0..=7).collect::<Vec<_>>());
}

/// What was written into a deleted file is there as long as it is open; so it is written anew, thinned or not.
#[cfg(unix)]
#[test]
fn a_run_whose_folder_is_deleted_takes_its_history_along() {
    let folder = tempfile::tempdir().unwrap();
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    for steps in [10, MOST_SNAPSHOTS as u64 + 1] {
        fs::create_dir(&before).unwrap();
        let mut recorder = Recorder::open(&before, &layers(), 0).unwrap().recorder;
        push(&mut recorder, 0..steps - 1);
        fs::remove_dir_all(&before).unwrap();
        let (epoch, last) = (0.0, steps - 1);
        // The last one may have to be thinned out for, where there is no folder.
        let pushed = recorder.push(last, epoch, 0.0, &norms(last));
        assert_eq!(pushed.is_err(), steps > MOST_SNAPSHOTS as u64);
        fs::create_dir(&after).unwrap();
        recorder.write_anew(&after).unwrap();
        push(&mut recorder, [steps]);
        let history = read(&after);
        let steps_kept = self::steps(&history);
        assert_eq!(steps_kept.len(), recorder.len());
        assert_eq!((steps_kept[0], *steps_kept.last().unwrap()), (0, steps));
        assert!(steps_kept.contains(&last));
        fs::remove_dir_all(&after).unwrap();
    }
}

#[test]
fn a_run_of_an_earlier_version_is_kept_from_where_it_goes_on() {
    let run = tempfile::tempdir().unwrap();
    let mut opened = Recorder::open(run.path(), &layers(), 1_000).unwrap();
    let told = opened.note.unwrap().text;
    assert!(told.contains("earlier version"), "{told}");
    push(&mut opened.recorder, [1_000, 1_010]);
    let told = read(run.path()).note(run.path()).unwrap().text;
    assert!(told.contains("from step 1,000 on"), "{told}");
}

#[test]
fn another_networks_file_is_set_aside() {
    let run = tempfile::tempdir().unwrap();
    let path = gammas_path(run.path());
    let mut others = layers();
    others[1].channels = 7;
    for bytes in [
        {
            drop(Recorder::open(run.path(), &others, 0).unwrap());
            fs::read(&path).unwrap()
        },
        b"<html>\n".to_vec(),
        b"{\"kind\":\"gamma-history\",\"version\":2,\"layers\":[]}\n".to_vec(),
    ] {
        fs::write(&path, &bytes).unwrap();
        let mut opened = Recorder::open(run.path(), &layers(), 3).unwrap();
        let told = opened.note.unwrap().text;
        assert!(told.contains("gamma.history.set-aside"), "{told}");
        let aside = run.path().join("gamma.history.set-aside");
        assert_eq!(fs::read(aside).unwrap(), bytes);
        push(&mut opened.recorder, [3]);
        assert_eq!(steps(&read(run.path())), [3]);
    }
}

#[test]
fn a_file_of_something_else_is_told() {
    let run = tempfile::tempdir().unwrap();
    let path = gammas_path(run.path());
    for (bytes, expected) in [
        (&b"version https://git-lfs"[..], "no end"),
        (b"{}\n", "names the layers"),
        (b"{\"kind\":\"map\",\"version\":1,\"layers\":[]}\n", "\"map\""),
        (
            b"{\"kind\":\"gamma-history\",\"version\":1,\"layers\":[{\"name\":\"bn\",\"channels\":18446744073709551615}]}\n",
            "channels together",
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = read_gammas(&path).unwrap_err();
        let is_foreign = matches!(error, GammaHistoryError::Foreign { .. });
        let told = error.to_string();
        assert!(is_foreign && told.contains(expected), "{told}");
    }
    // A million channels that are said to be there take no memory where no record is.
    let header = b"{\"kind\":\"gamma-history\",\"version\":1,\"layers\":[{\"name\":\"bn\",\"channels\":1000000}]}\n";
    fs::write(&path, [&header[..], &[1, 2, 3]].concat()).unwrap();
    let history = read(run.path());
    assert_eq!((history.snapshots.len(), history.left_out), (0, 1));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop_oneof![any_bytes(), written().prop_flat_map(damaged)]) {
        let run = tempfile::tempdir().unwrap();
        let path = gammas_path(run.path());
        fs::write(&path, &bytes).unwrap();
        if let Ok(Some(history)) = read_gammas(&path) {
            let steps = steps(&history);
            prop_assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
            let channels: usize = history.layers.iter().map(|layer| layer.channels).sum();
            for kept in &history.snapshots {
                prop_assert_eq!(kept.norms.gamma.len(), channels);
                prop_assert_eq!(kept.norms.beta.len(), channels);
            }
        }
        // A run goes on, whatever lies there.
        let mut opened = Recorder::open(run.path(), &layers(), 3).unwrap();
        push(&mut opened.recorder, [50_000]);
        prop_assert_eq!(*steps(&read(run.path())).last().unwrap(), 50_000);
    }

    #[test]
    fn thinning_keeps_the_ends_and_no_more_than_there_is_room_for(
        gaps in prop::collection::vec(1_u64..50, 1..400),
        capacity in 4_usize..60,
    ) {
        let mut thinning = Thinning::new(capacity);
        let (mut kept, mut step) = (Vec::new(), 0);
        for gap in gaps {
            kept.push(step);
            thinning.thin(&mut kept, |step| *step);
            prop_assert!(kept.len() <= capacity);
            prop_assert_eq!((kept[0], *kept.last().unwrap()), (0, step));
            step += gap;
        }
    }
}

fn written() -> impl Strategy<Value = Vec<u8>> {
    (1_u64..8).prop_map(|steps| {
        let run = tempfile::tempdir().unwrap();
        recorded(run.path(), 0..steps);
        fs::read(gammas_path(run.path())).unwrap()
    })
}
