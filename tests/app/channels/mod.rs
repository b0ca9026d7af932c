//! The views of channels: the map, its history, the picked layer, the share switched off.

mod history;
mod layer;
mod map;
mod scrub;
mod share;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use bnonly::app::channels::norm_history::NormHistory;
use bnonly::app::channels::{ByHand, ChannelReply, Layers, Pick, Shown};
use bnonly::network::Graph;
use bnonly::network::architecture::{Architecture, Options};
use bnonly::network::graph::Shape;
use bnonly::study::gamma::Norms;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn graph(model: &str) -> Graph {
    let architecture = Architecture::parse(model, Options::default()).unwrap();
    architecture.build(Shape::new(3, 32, 32), 10).unwrap()
}

/// A generator whose seed a failing test prints.
fn random() -> ChaCha8Rng {
    let seed = RandomState::new().hash_one("seed");
    println!("seed {seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

/// γ of both signs, one in three below 0.01, and some β.
fn random_norms(channels: usize, random: &mut impl Rng) -> Arc<Norms> {
    let gamma = (0..channels).map(|_| {
        let reach = if random.random_bool(1.0 / 3.0) {
            0.01
        } else {
            1.0
        };
        random.random_range(-reach..reach)
    });
    let gamma = gamma.collect();
    let beta = (0..channels).map(|_| random.random_range(-0.5..0.5));
    Arc::new(Norms {
        gamma,
        beta: beta.collect(),
    })
}

/// A history of as many snapshots, 20 steps from one to the next.
fn random_history(graph: &Graph, snapshots: u64, random: &mut impl Rng) -> NormHistory {
    let mut history = NormHistory::new(Arc::new(Layers::of(graph)), 0.01);
    for snapshot in 0..snapshots {
        let norms = random_norms(history.layers().all_channels(), random);
        let epoch = snapshot as f64 / 4.0;
        history.push(20 * snapshot, epoch, norms).unwrap();
    }
    history
}

/// A view, what it shows, and what it answered.
struct Bench<View> {
    layers: Arc<Layers>,
    norms: Arc<Norms>,
    start: Arc<Norms>,
    threshold: f32,
    by_hand: ByHand,
    picked: Option<Pick>,
    view: View,
    replies: Vec<ChannelReply>,
}

impl<View: Default> Bench<View> {
    fn new(model: &str, random: &mut impl Rng) -> Self {
        let layers = Arc::new(Layers::of(&graph(model)));
        let norms = random_norms(layers.all_channels(), random);
        Self {
            start: norms.clone(),
            norms,
            layers,
            threshold: 0.01,
            by_hand: ByHand::new(),
            picked: None,
            view: View::default(),
            replies: Vec::new(),
        }
    }

    /// Draws the view and does what the shell does with its answer.
    fn draw(&mut self, draw: impl FnOnce(&mut View, &Shown<'_>) -> Option<ChannelReply>) {
        let shown = Shown {
            layers: &self.layers,
            norms: &self.norms,
            start: &self.start,
            threshold: self.threshold,
            with_beta: false,
            by_hand: &self.by_hand,
            picked: self.picked,
        };
        let Some(reply) = draw(&mut self.view, &shown) else {
            return;
        };
        self.replies.push(reply);
        match reply {
            ChannelReply::Pick(pick) => self.picked = Some(pick),
            ChannelReply::Toggle { channel } => {
                let off = shown.is_off(channel);
                let (layer, within) = self.layers.place(channel).unwrap();
                self.by_hand.insert(channel, !off);
                self.picked = Some(Pick {
                    layer,
                    channel: Some(within),
                });
            }
        }
    }
}

/// What a screen reader says of the one canvas whose name has these words.
fn said<State>(harness: &Harness<'_, State>, words: &str) -> String {
    let node = harness.get_by(|node| {
        let label = node.label().unwrap_or_default();
        node.role() == egui::Role::Canvas && label.contains(words)
    });
    let label = egui_kittest::kittest::NodeT::accesskit_node(&node).label();
    label.unwrap_or_default()
}

/// Where that canvas lies.
fn canvas<State>(harness: &Harness<'_, State>, words: &str) -> egui::Rect {
    let node = harness.get_by(|node| {
        let label = node.label().unwrap_or_default();
        node.role() == egui::Role::Canvas && label.contains(words)
    });
    node.rect()
}

fn click_at<State>(harness: &mut Harness<'_, State>, at: egui::Pos2) {
    harness.hover_at(at);
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::default(),
        });
    }
    harness.run();
}

/// Rests with the pointer at a point until a tooltip is there, and gives all labels on the screen.
fn hover<State>(harness: &mut Harness<'_, State>, at: egui::Pos2) -> String {
    harness.hover_at(at);
    harness.run_steps(8);
    let labels = harness.query_all_by_role(egui::Role::Label);
    let texts = labels.filter_map(|node| node.value());
    texts.collect::<Vec<_>>().join("\n")
}
