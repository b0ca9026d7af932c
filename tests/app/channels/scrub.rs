//! Going back and forth through a run.

use bnonly::app::channels::norm_history::NormHistory;
use bnonly::app::channels::scrub::Scrub;
use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::{graph, random, random_history, random_norms};

struct Bench {
    history: NormHistory,
    scrub: Scrub,
    shown: Option<usize>,
}

fn harness(snapshots: u64) -> Harness<'static, Bench> {
    let bench = Bench {
        history: random_history(&graph("resnet-8"), snapshots, &mut random()),
        scrub: Scrub::default(),
        shown: None,
    };
    let draw = |ui: &mut egui::Ui, bench: &mut Bench| {
        bench.shown = bench.scrub.ui(ui, &bench.history, Some(5_000));
    };
    let mut harness = Harness::builder()
        .with_size([700.0, 60.0])
        .build_ui_state(draw, bench);
    harness.run();
    harness
}

fn press(harness: &mut Harness<'_, Bench>, button: &str) -> Option<usize> {
    harness.get_by_label(button).click();
    harness.run();
    harness.state().shown
}

#[test]
fn the_latest_is_followed_until_the_reader_goes_elsewhere() {
    let mut harness = harness(10);
    assert_eq!(harness.state().shown, Some(9));
    let norms = random_norms(
        harness.state().history.layers().all_channels(),
        &mut random(),
    );
    harness
        .state_mut()
        .history
        .push(1_240, 2.5, norms.clone())
        .unwrap();
    harness.run();
    assert_eq!(harness.state().shown, Some(10));
    harness.get_by_label("step 1,240 of 5,000, epoch 2.50");
    assert_eq!(press(&mut harness, "Previous snapshot"), Some(9));
    harness.state_mut().history.push(1_260, 2.6, norms).unwrap();
    harness.run();
    assert_eq!(harness.state().shown, Some(9), "the reader went there");
    assert_eq!(harness.state().scrub.step(), Some(180));
    assert_eq!(press(&mut harness, "Latest"), Some(11));
    assert_eq!(press(&mut harness, "First snapshot"), Some(0));
    assert_eq!(press(&mut harness, "Next snapshot"), Some(1));
}

#[test]
fn arrow_keys_move_the_slider_by_a_snapshot() {
    let mut harness = harness(10);
    harness.get_by_role(egui::Role::Slider).focus();
    harness.run();
    for place in [8, 7, 6] {
        harness.key_press(Key::ArrowLeft);
        harness.run();
        assert_eq!(harness.state().shown, Some(place));
    }
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(harness.state().shown, Some(7));
    assert_eq!(harness.state().scrub.step(), Some(140));
}

#[test]
fn playing_shows_every_snapshot_and_ends_with_the_latest() {
    let mut harness = harness(6);
    harness.get_by_label("Play").click();
    harness.step();
    let mut shown = Vec::new();
    for _ in 0..40 {
        harness.step();
        shown.extend(harness.state().shown);
        if !harness.state().scrub.is_playing() {
            break;
        }
    }
    shown.dedup();
    assert_eq!(shown, [0, 1, 2, 3, 4, 5]);
    assert_eq!(harness.state().scrub.step(), None, "follows the latest");
}

#[test]
fn a_step_whose_snapshot_is_gone_shows_the_one_before() {
    let mut harness = harness(10);
    harness.state_mut().scrub.go(Some(130));
    harness.run();
    assert_eq!(harness.state().shown, Some(6));
    harness.state_mut().history.rewind(60);
    harness.run();
    assert_eq!(harness.state().shown, Some(2));
    harness.state_mut().history.rewind(0);
    harness.run();
    assert_eq!(harness.state().shown, None);
    harness.get_by_label_contains("no γ yet");
}
