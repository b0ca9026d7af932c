//! The map of all channels.

use std::sync::Arc;

use bnonly::app::channels::heat_map::{Colours, HeatMap, Order};
use bnonly::app::channels::{ChannelReply, Pick};
use bnonly::app::theme;
use bnonly::study::gamma::Norms;
use egui::{Key, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rand::RngExt;

use super::{click_at, hover, random, said};

type Bench = super::Bench<HeatMap>;

const NAME: &str = "Channels, a row a layer";

fn harness(bench: Bench) -> Harness<'static, Bench> {
    let draw = |ui: &mut egui::Ui, bench: &mut Bench| {
        bench.draw(|map, shown| map.ui(ui, shown));
    };
    let size = Vec2::new(900.0, 600.0);
    let mut harness = Harness::builder()
        .with_size(size)
        .build_ui_state(draw, bench);
    harness.run();
    harness
}

fn pick(layer: usize, channel: usize) -> Pick {
    Pick {
        layer,
        channel: Some(channel),
    }
}

#[test]
fn a_click_on_a_cell_toggles_its_channel_however_sorted() {
    let mut random = random();
    for order in [Order::Channel, Order::Magnitude] {
        for fills_width in [false, true] {
            let mut bench = Bench::new("resnet-14", &mut random);
            bench.view.order = order;
            bench.view.fills_width = fills_width;
            let layers = bench.layers.clone();
            let mut harness = harness(bench);
            for _ in 0..6 {
                let channel = random.random_range(0..layers.all_channels());
                let (layer, within) = layers.place(channel).unwrap();
                let was_off = harness.state().norms.gamma[channel].abs() < 0.01;
                let was_off = *harness.state().by_hand.get(&channel).unwrap_or(&was_off);
                let cell = harness.state().view.cell_on_screen(layer, within).unwrap();
                click_at(&mut harness, cell.center());
                let state = harness.state();
                let reply = state.replies.last().copied();
                assert_eq!(reply, Some(ChannelReply::Toggle { channel }));
                assert_eq!(state.picked, Some(pick(layer, within)));
                assert_eq!(state.by_hand[&channel], !was_off);
            }
        }
    }
}

#[test]
fn the_largest_gamma_stands_first_where_sorted_by_it() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.view.order = Order::Magnitude;
    let harness = harness(bench);
    let state = harness.state();
    for layer in 0..state.layers.len() {
        let range = state.layers.range(layer);
        let left = |c: usize| state.view.cell_on_screen(layer, c).unwrap().left();
        let mut channels: Vec<usize> = (0..range.len()).collect();
        channels.sort_by(|&a, &b| left(a).total_cmp(&left(b)));
        let gamma = channels
            .iter()
            .map(|c| state.norms.gamma[range.start + c].abs());
        assert!(gamma.is_sorted_by(|a, b| a >= b), "layer {layer}");
    }
}

#[test]
fn a_click_on_a_name_picks_the_layer_alone() {
    let mut harness = harness(Bench::new("resnet-14", &mut random()));
    let cell = harness.state().view.cell_on_screen(5, 0).unwrap();
    click_at(&mut harness, cell.left_center() - egui::vec2(15.0, 0.0));
    let picked = Pick {
        layer: 5,
        channel: None,
    };
    assert_eq!(harness.state().replies, [ChannelReply::Pick(picked)]);
    assert!(said(&harness, NAME).contains("blocks.2.bn1, no channel picked"));
    assert!(harness.state().by_hand.is_empty());
}

#[test]
fn keys_move_the_pick_and_toggle_it() {
    let mut harness = harness(Bench::new("resnet-14", &mut random()));
    let cell = harness.state().view.cell_on_screen(0, 0).unwrap();
    click_at(&mut harness, cell.left_center() - egui::vec2(15.0, 0.0));
    let mut press = |key: Key| {
        harness.key_press(key);
        harness.run();
        harness.state().picked.unwrap()
    };
    assert_eq!(
        press(Key::ArrowRight),
        pick(0, 0),
        "a layer without a channel"
    );
    assert_eq!(press(Key::ArrowRight), pick(0, 1));
    assert_eq!(press(Key::ArrowDown), pick(1, 1));
    assert_eq!(press(Key::End), pick(1, 15));
    assert_eq!(press(Key::ArrowRight), pick(1, 15), "the row ends there");
    assert_eq!(press(Key::PageDown), pick(11, 15));
    assert_eq!(press(Key::End), pick(11, 63));
    assert_eq!(press(Key::PageUp), pick(1, 15), "a narrower row");
    assert_eq!(press(Key::Home), pick(1, 0));
    assert_eq!(press(Key::ArrowUp), pick(0, 0));
    assert_eq!(press(Key::ArrowUp), pick(0, 0), "the network begins there");
    press(Key::Space);
    let last = harness.state().replies.last().copied();
    assert_eq!(last, Some(ChannelReply::Toggle { channel: 0 }));
}

#[test]
fn to_the_right_is_the_next_weaker_where_sorted_by_magnitude() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.view.order = Order::Magnitude;
    let mut harness = harness(bench);
    let cell = harness.state().view.cell_on_screen(3, 0).unwrap();
    click_at(&mut harness, cell.center());
    harness.key_press(Key::Home);
    harness.run();
    let gamma = |bench: &Bench| {
        let pick = bench.picked.unwrap();
        let flat = bench
            .layers
            .flat(pick.layer, pick.channel.unwrap())
            .unwrap();
        bench.norms.gamma[flat].abs()
    };
    let mut before = gamma(harness.state());
    for _ in 1..16 {
        harness.key_press(Key::ArrowRight);
        harness.run();
        let now = gamma(harness.state());
        assert!(now < before, "{now} stands right of {before}");
        before = now;
    }
}

#[test]
fn hover_and_screen_reader_tell_the_values() {
    let mut bench = Bench::new("resnet-14", &mut random());
    let mut norms = Norms::clone(&bench.norms);
    let channel = bench.layers.flat(3, 5).unwrap();
    norms.gamma[channel] = -0.0021;
    norms.beta[channel] = 0.13;
    bench.norms = Arc::new(norms);
    bench.picked = Some(pick(3, 5));
    let mut harness = harness(bench);
    let described = "blocks.1.bn1, channel 5: γ −0.0021, β 0.1300, off";
    assert_eq!(said(&harness, NAME), format!("{NAME}: {described}"));
    let cell = harness.state().view.cell_on_screen(3, 5).unwrap();
    let text = hover(&mut harness, cell.center());
    assert!(text.contains(described), "{text}");
    assert!(text.contains("|γ| is below the threshold, 0.01."), "{text}");
    assert!(text.contains("passes on only its β"), "{text}");
    click_at(&mut harness, cell.center());
    assert!(said(&harness, NAME).ends_with("on by hand"));
}

#[test]
fn only_rows_in_sight_are_drawn_of_865_layers() {
    let mut random = random();
    let mut harness = harness(Bench::new("resnet-866", &mut random));
    let count = harness.state().layers.len();
    assert!(count >= 865, "{count} layers");
    let rows = harness.state().view.drawn_rows();
    assert!(rows.start == 0 && rows.len() < 60, "{rows:?}");
    let mesh = harness.state().view.drawn_mesh().unwrap();
    assert!(
        mesh.vertices.len() < 60 * 64 * 12,
        "{}",
        mesh.vertices.len()
    );

    harness.state_mut().picked = Some(pick(count - 1, 63));
    harness.run();
    let rows = harness.state().view.drawn_rows();
    assert!(rows.end == count && rows.len() < 60, "{rows:?}");
    let cell = harness.state().view.cell_on_screen(count - 1, 63).unwrap();
    click_at(&mut harness, cell.center());
    let channel = harness.state().layers.all_channels() - 1;
    let reply = harness.state().replies.last().copied();
    assert_eq!(reply, Some(ChannelReply::Toggle { channel }));
}

#[test]
fn a_frame_where_nothing_changed_draws_the_same_mesh() {
    let mut harness = harness(Bench::new("resnet-110", &mut random()));
    let mesh = |harness: &Harness<'_, Bench>| harness.state().view.drawn_mesh().unwrap().clone();
    let before = mesh(&harness);
    harness.run_steps(3);
    assert!(Arc::ptr_eq(&before, &mesh(&harness)));
    harness.state_mut().threshold = 0.2;
    harness.run();
    assert!(
        !Arc::ptr_eq(&before, &mesh(&harness)),
        "the threshold changed"
    );
}

#[test]
fn what_is_off_is_crossed_and_what_was_switched_is_marked() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.threshold = 0.0;
    let channels = bench.layers.all_channels();
    let mut harness = harness(bench);
    let corners =
        |harness: &Harness<'_, Bench>| harness.state().view.drawn_mesh().unwrap().vertices.len();
    assert_eq!(corners(&harness), 4 * channels, "a rectangle a channel");
    harness.state_mut().threshold = 0.01;
    harness.run();
    let gamma = &harness.state().norms.gamma;
    let off = gamma.iter().filter(|g| g.abs() < 0.01).count();
    assert_eq!(
        corners(&harness),
        4 * channels + 8 * off,
        "two strokes a cross"
    );
    let on = gamma.iter().position(|g| g.abs() >= 0.01).unwrap();
    harness.state_mut().by_hand.insert(on, true);
    harness.run();
    let filled = 6;
    assert_eq!(corners(&harness), 4 * channels + 8 * (off + 1) + filled);
    harness.state_mut().by_hand.insert(on, false);
    harness.run();
    let hollow = 9;
    assert_eq!(corners(&harness), 4 * channels + 8 * off + hollow);
}

/// A map of resnet-14 whose channels all start at γ = 1, but one of 100 at 3.
fn evenly_begun() -> Harness<'static, Bench> {
    let mut bench = Bench::new("resnet-14", &mut random());
    let channels = bench.layers.all_channels();
    let mut start = Norms {
        gamma: vec![1.0; channels],
        beta: vec![0.0; channels],
    };
    start.gamma[..channels / 100].fill(3.0);
    bench.start = Arc::new(start);
    bench.norms = bench.start.clone();
    harness(bench)
}

fn set_gamma(harness: &mut Harness<'_, Bench>, changes: &[(usize, f32)]) {
    let mut norms = Norms::clone(&harness.state().norms);
    for &(channel, gamma) in changes {
        norms.gamma[channel] = gamma;
    }
    harness.state_mut().norms = Arc::new(norms);
    harness.run();
}

/// The colour of a channel's cell, channels being in the order of their numbers and none crossed.
fn colour(harness: &Harness<'_, Bench>, channel: usize) -> egui::Color32 {
    let mesh = harness.state().view.drawn_mesh().unwrap();
    mesh.vertices[4 * channel].color
}

#[test]
fn the_scale_stays_at_the_starts_99th_percentile_unless_it_is_to_grow() {
    let mut harness = evenly_begun();
    let largest = |harness: &Harness<'_, Bench>| harness.state().view.largest_drawn();
    assert_eq!(largest(&harness), 1.0, "the few at 3 do not count");
    harness.get_by_label("fixed: 99th percentile of |γ| at the start");
    let (unchanged, before) = (200, colour(&harness, 200));
    set_gamma(&mut harness, &[(0, 7.0), (1, f32::NAN), (2, f32::INFINITY)]);
    assert_eq!(largest(&harness), 1.0);
    let now = colour(&harness, unchanged);
    assert_eq!(now, before, "what stays as it is keeps its colour");
    harness.get_by_label("Growing scale").click();
    harness.run();
    assert_eq!(largest(&harness), 7.0, "what is not finite does not count");
    let now = colour(&harness, unchanged);
    assert!(theme::brightness(now) < theme::brightness(before));
}

#[test]
fn change_since_the_start_is_blue_or_orange_and_told() {
    let mut harness = evenly_begun();
    let (less, more, flipped) = (100, 101, 102);
    set_gamma(&mut harness, &[(less, 0.1), (more, 1.9), (flipped, -1.0)]);
    harness.get_by_label("change since the start").click();
    harness.run();
    let none = colour(&harness, 200);
    assert_eq!(none, theme::change(0.0));
    assert_eq!(colour(&harness, flipped), none, "|γ| is what is compared");
    assert!(colour(&harness, less).b() > colour(&harness, less).r());
    assert!(colour(&harness, more).r() > colour(&harness, more).b());
    let told = "blue is less by 1.0000 or more, orange is more by 1.0000 or more";
    harness.get_by_label_contains(told);
    let (layer, within) = harness.state().layers.place(less).unwrap();
    let cell = harness.state().view.cell_on_screen(layer, within).unwrap();
    let text = hover(&mut harness, cell.center());
    let told = "At the start γ was 1.0000: |γ| changed by −0.9000.";
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_change_looks_as_strong_either_way() {
    for percent in 1..=100 {
        let share = percent as f32 / 100.0;
        let [less, more] = [-share, share].map(|x| theme::brightness(theme::change(x)));
        assert!((less - more).abs() < 0.12, "{share}: {less} and {more}");
    }
}

#[test]
fn stronger_is_brighter() {
    let shares = (0..=100).map(|percent| percent as f32 / 100.0);
    let brightness = shares.map(|share| theme::brightness(theme::heat(share)));
    assert!(brightness.is_sorted_by(|a, b| a <= b));
    assert!(theme::brightness(theme::heat(1.0)) - theme::brightness(theme::heat(0.0)) > 0.7);
}

#[test]
fn another_networks_values_are_said_not_drawn() {
    let mut bench = Bench::new("resnet-14", &mut random());
    bench.norms = Arc::new(Norms {
        gamma: vec![1.0; 7],
        beta: vec![0.0; 7],
    });
    let harness = harness(bench);
    harness.get_by_label_contains("7 γ and 7 β, but the network has 560 channels");
    assert!(harness.state().view.drawn_mesh().is_none());
}

#[test]
fn choices_survive_being_written_and_read() {
    let mut map = HeatMap::default();
    map.order = Order::Magnitude;
    map.fills_width = true;
    map.brightest = Some(0.5);
    map.colours = Colours::Change;
    let text = serde_json::to_string(&map).unwrap();
    let read: HeatMap = serde_json::from_str(&text).unwrap();
    assert_eq!((read.order, read.fills_width), (Order::Magnitude, true));
    assert_eq!(read.brightest, Some(0.5));
    assert_eq!(read.colours, Colours::Change);
    let _: HeatMap = serde_json::from_str("{}").unwrap();
}
