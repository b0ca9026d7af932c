//! The picked layer.

use std::sync::Arc;

use bnonly::app::channels::layer::{BarOrder, LayerView, Of};
use bnonly::app::channels::{ChannelReply, Pick};
use bnonly::study::gamma::Norms;
use egui::{Key, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::{canvas, click_at, hover, random, said};

type Bench = super::Bench<LayerView>;

fn harness(bench: Bench) -> Harness<'static, Bench> {
    let draw = |ui: &mut egui::Ui, bench: &mut Bench| {
        bench.draw(|view, shown| view.ui(ui, shown));
    };
    let builder = Harness::builder().with_size([420.0, 640.0]);
    let mut harness = builder.build_ui_state(draw, bench);
    harness.run();
    harness
}

fn picked(layer: usize, channel: Option<usize>) -> Option<Pick> {
    Some(Pick { layer, channel })
}

/// The middle of the bar at a place, in the plot of γ or β.
fn bar(harness: &Harness<'_, Bench>, letter: &str, place: usize, of: usize) -> Pos2 {
    let frame = canvas(harness, &format!("{letter} of every channel"));
    let x = frame.left() + frame.width() * (place as f32 + 0.5) / of as f32;
    Pos2::new(x, frame.center().y)
}

#[test]
fn a_click_on_a_bar_picks_its_channel_however_sorted() {
    let mut random = random();
    let mut bench = Bench::new("resnet-14", &mut random);
    bench.picked = picked(4, None);
    let mut gamma: Vec<(usize, f32)> = bench.norms.gamma[bench.layers.range(4)]
        .iter()
        .copied()
        .enumerate()
        .collect();
    gamma.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut harness = harness(bench);
    for letter in ["γ", "β"] {
        for place in [0, 7, 15] {
            harness.state_mut().view.order = BarOrder::Channel;
            harness.run();
            let at = bar(&harness, letter, place, 16);
            click_at(&mut harness, at);
            assert_eq!(harness.state().picked, picked(4, Some(place)));
            harness.state_mut().view.order = BarOrder::Gamma;
            harness.run();
            let at = bar(&harness, letter, place, 16);
            click_at(&mut harness, at);
            assert_eq!(harness.state().picked, picked(4, Some(gamma[place].0)));
        }
    }
    let replies = &harness.state().replies;
    assert!(replies.iter().all(|r| matches!(r, ChannelReply::Pick(_))));
}

#[test]
fn arrow_keys_go_from_bar_to_bar_and_the_switch_toggles() {
    let mut bench = Bench::new("vgg-16", &mut random());
    bench.picked = picked(12, Some(0));
    let mut harness = harness(bench);
    let at = bar(&harness, "γ", 500, 512);
    click_at(&mut harness, at);
    assert_eq!(harness.state().picked, picked(12, Some(500)));
    for (key, channel) in [(Key::ArrowRight, 501), (Key::End, 511), (Key::Home, 0)] {
        harness.key_press(key);
        harness.run();
        assert_eq!(harness.state().picked, picked(12, Some(channel)));
    }
    harness.get_by_label("channel 0 on").click();
    harness.run();
    let channel = harness.state().layers.flat(12, 0).unwrap();
    let reply = harness.state().replies.last().copied();
    assert_eq!(reply, Some(ChannelReply::Toggle { channel }));
}

#[test]
fn layers_are_gone_through_with_two_buttons() {
    let mut harness = harness(Bench::new("resnet-8", &mut random()));
    harness.get_by_label_contains("Pick a layer");
    for expected in [0, 1] {
        harness.get_by_label("Next layer").click();
        harness.run();
        assert_eq!(harness.state().picked, picked(expected, None));
    }
    harness.get_by_label("Previous layer").click();
    harness.run();
    assert_eq!(harness.state().picked, picked(0, None));
}

#[test]
fn the_histogram_counts_the_layer_or_the_network() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.picked = picked(3, None);
    let below = |range: std::ops::Range<usize>| {
        let gamma = &bench.norms.gamma[range];
        gamma.iter().filter(|g| g.abs() < 0.01).count()
    };
    let (layer, all) = (below(bench.layers.range(3)), below(0..560));
    let mut harness = harness(bench);
    let text = said(&harness, "Histogram");
    assert!(
        text.contains(&format!("blocks.1.bn1: {layer} of 16 channels")),
        "{text}"
    );
    harness.get_by_label("all layers").click();
    harness.get_by_label("Log counts").click();
    harness.run();
    let text = said(&harness, "Histogram");
    assert!(
        text.contains(&format!("all layers: {all} of 560 channels")),
        "{text}"
    );
    assert_eq!(harness.state().view.histogram_of, Of::AllLayers);
    assert!(harness.state().view.log_counts);
}

#[test]
fn the_histograms_tooltip_counts_a_bin() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.picked = picked(3, None);
    let mut norms = Norms::clone(&bench.norms);
    // 0 to 4.8 in 48 bins, but for the room that twice the threshold needs below 0.
    for (place, channel) in bench.layers.range(3).enumerate() {
        norms.gamma[channel] = if place < 5 { 2.33 } else { 4.8 };
    }
    bench.norms = Arc::new(norms);
    bench.threshold = 0.000_5;
    let mut harness = harness(bench);
    let frame = canvas(&harness, "Histogram");
    let x = frame.left() + frame.width() * 2.331 / 4.801;
    let text = hover(&mut harness, Pos2::new(x, frame.center().y));
    assert!(text.contains(": 5 channels"), "{text}");
    let text = hover(&mut harness, frame.right_center() - egui::vec2(2.0, 0.0));
    assert!(text.contains(": 11 channels"), "{text}");
}

#[test]
fn values_that_are_no_numbers_are_drawn_around() {
    let mut bench = Bench::new("resnet-8", &mut random());
    bench.picked = picked(0, Some(1));
    let mut norms = Norms::clone(&bench.norms);
    norms.gamma[..3].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
    norms.beta.fill(f32::NAN);
    bench.norms = Arc::new(norms);
    let harness = harness(bench);
    let text = said(&harness, "Histogram");
    assert!(text.contains("3 are not finite"), "{text}");
}
