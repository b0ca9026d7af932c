//! The share of channels below the threshold.

use bnonly::app::channels::norm_history::NormHistory;
use bnonly::app::channels::share::{Share, ShareReply};
use egui::epaint::Shape;
use egui::{Key, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::{canvas, click_at, graph, hover, random, random_history, random_norms};

struct Bench {
    history: NormHistory,
    view: Share,
    layer: Option<usize>,
    step: Option<u64>,
    replies: Vec<ShareReply>,
}

fn harness(model: &str, snapshots: u64) -> Harness<'static, Bench> {
    let bench = Bench {
        history: random_history(&graph(model), snapshots, &mut random()),
        view: Share::default(),
        layer: Some(2),
        step: None,
        replies: Vec::new(),
    };
    let draw = |ui: &mut egui::Ui, bench: &mut Bench| {
        let reply = bench.view.ui(ui, &bench.history, bench.layer, bench.step);
        match reply {
            Some(ShareReply::Step(step)) => bench.step = Some(step),
            Some(ShareReply::Layer { layer, step }) => {
                (bench.layer, bench.step) = (Some(layer), Some(step));
            }
            None => {}
        }
        bench.replies.extend(reply);
    };
    let builder = Harness::builder().with_size([800.0, 400.0]);
    let mut harness = builder.build_ui_state(draw, bench);
    harness.run();
    harness
}

/// A point in the lines' plot, by step.
fn at_step(harness: &Harness<'_, Bench>, step: u64) -> Pos2 {
    let frame = canvas(harness, "Over the run");
    let last = harness.state().history.last().unwrap().step as f32;
    let x = frame.left() + frame.width() * step as f32 / last;
    Pos2::new(x, frame.center().y)
}

/// All that is written on the screen.
fn written(harness: &Harness<'_, Bench>) -> Vec<String> {
    fn texts(shape: &Shape, found: &mut Vec<String>) {
        match shape {
            Shape::Text(text) => found.push(text.galley.text().to_owned()),
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for drawn in &harness.output().shapes {
        texts(&drawn.shape, &mut found);
    }
    found
}

#[test]
fn steps_are_numbered_however_long_the_run_is() {
    for snapshots in [2, 3, 4, 5, 6, 10, 26, 46, 101, 260] {
        let harness = harness("resnet-8", snapshots);
        let texts = written(&harness);
        let steps = texts.iter().filter_map(|text| {
            let digits = text.replace(',', "");
            digits.parse::<u64>().ok()
        });
        let last = 20 * (snapshots - 1);
        let steps: Vec<u64> = steps.filter(|step| (1..=last).contains(step)).collect();
        assert!(steps.len() >= 3, "{last} steps: {steps:?} of {texts:?}");
    }
}

#[test]
fn no_two_lines_have_the_same_number() {
    let harness = harness("resnet-8", 6);
    let texts = written(&harness);
    let mut shares: Vec<_> = texts.iter().filter(|text| text.ends_with(" %")).collect();
    // The strip's own, and what stands above the plot.
    shares.retain(|text| !text.contains('–') && text.len() < 7);
    let count = shares.len();
    assert!(count >= 3, "{shares:?}");
    shares.sort();
    shares.dedup();
    assert_eq!(shares.len(), count, "{shares:?}");
}

#[test]
fn the_numbers_of_the_colours_stand_beside_them() {
    let harness = harness("resnet-8", 6);
    let strip = harness.get_by_label_contains("Colours of shares").rect();
    for shape in &harness.output().shapes {
        if let Shape::Text(text) = &shape.shape
            && text.galley.text() == "0–100 %"
        {
            assert!(strip.expand(1.0).contains_rect(text.visual_bounding_rect()));
            return;
        }
    }
    panic!("0–100 % is not there");
}

#[test]
fn the_shares_are_those_of_the_snapshot_shown() {
    let mut harness = harness("resnet-14", 12);
    let per_cent = |share: f64| format!("{:.1} %", 100.0 * share);
    for step in [None, Some(0), Some(100)] {
        harness.state_mut().step = step;
        harness.run();
        let history = &harness.state().history;
        let snapshot = step
            .map_or(history.last(), |step| history.at(step))
            .unwrap();
        let all = format!("all layers {}", per_cent(history.share(snapshot)));
        let layer = format!(
            "blocks.0.bn2 {}",
            per_cent(history.layer_share(snapshot, 2))
        );
        harness.get_by_label(&all);
        harness.get_by_label(&layer);
    }
}

#[test]
fn the_lines_follow_the_run_and_the_threshold() {
    let mut random = random();
    let mut harness = harness("resnet-14", 5);
    for threshold in [0.01, 0.5] {
        let history = &mut harness.state_mut().history;
        history.set_threshold(threshold);
        let norms = random_norms(history.layers().all_channels(), &mut random);
        let step = history.last().unwrap().step + 20;
        history.push(step, 9.0, norms).unwrap();
        harness.run();
        let bench = harness.state();
        let (all, layer) = bench.view.drawn_lines();
        let snapshots = bench.history.snapshots();
        assert_eq!((all.len(), layer.len()), (snapshots.len(), snapshots.len()));
        for ((snapshot, all), layer) in snapshots.iter().zip(all).zip(layer) {
            assert_eq!(
                (all.x, layer.x),
                (snapshot.step as f64, snapshot.step as f64)
            );
            assert_eq!(all.y, bench.history.share(snapshot));
            assert_eq!(layer.y, bench.history.layer_share(snapshot, 2));
        }
    }
}

#[test]
fn a_click_on_the_lines_goes_to_the_snapshot_before() {
    let mut harness = harness("resnet-14", 12);
    let at = at_step(&harness, 110);
    click_at(&mut harness, at);
    assert_eq!(harness.state().replies, [ShareReply::Step(100)]);
    for (key, step) in [(Key::ArrowRight, 120), (Key::ArrowLeft, 100)] {
        harness.key_press(key);
        harness.run();
        assert_eq!(harness.state().step, Some(step));
    }
}

#[test]
fn a_click_on_the_picture_picks_layer_and_step() {
    let mut harness = harness("resnet-14", 12);
    let frame = canvas(&harness, "Every layer");
    let x = at_step(&harness, 150).x;
    let y = frame.top() + frame.height() * 9.5 / 15.0;
    let text = hover(&mut harness, Pos2::new(x, y));
    let history = &harness.state().history;
    let snapshot = history.at(140).unwrap();
    let share = 100.0 * history.layer_share(snapshot, 9);
    assert!(text.contains("blocks.3.bn2, step 140"), "{text}");
    assert!(
        text.contains(&format!("{share:.1} %: {} of 32", snapshot.below()[9])),
        "{text}"
    );
    click_at(&mut harness, Pos2::new(x, y));
    let (layer, step) = (9, 140);
    assert_eq!(harness.state().replies, [ShareReply::Layer { layer, step }]);
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().layer, Some(10));
}

#[test]
fn many_layers_and_few_snapshots_are_drawn() {
    let mut harness = harness("resnet-866", 3);
    let bottom = canvas(&harness, "Every layer").center_bottom();
    let text = hover(&mut harness, bottom - egui::vec2(0.0, 0.2));
    assert!(text.contains("blocks.431.bn2"), "{text}");
    harness.state_mut().history.rewind(20);
    harness.run();
    harness.get_by_label_contains("From the second report of γ on");
}

#[test]
fn every_layer_can_be_hidden() {
    let mut harness = harness("resnet-14", 4);
    let before = canvas(&harness, "Over the run").height();
    harness.get_by_label("Every layer").click();
    harness.run();
    assert!(canvas(&harness, "Over the run").height() > 1.5 * before);
}
