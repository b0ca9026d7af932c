//! The view, with its real widgets.

use std::path::PathBuf;
use std::sync::Arc;

use bnonly::app::curves::{Curves, Earlier, Input, Quantity, Reply};
use bnonly::app::history::{Axis, History};
use egui::accesskit::Toggled;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::curves::runs::history;

struct State {
    curves: Curves,
    history: History,
    earlier: Vec<Earlier>,
    marked_step: Option<u64>,
    replies: Vec<Reply>,
}

fn state(history: History) -> State {
    State {
        curves: Curves::default(),
        history,
        earlier: Vec::new(),
        marked_step: None,
        replies: Vec::new(),
    }
}

fn with_earlier(mut state: State, runs: &[(&str, History)]) -> State {
    for (name, history) in runs {
        let run = Earlier::among(
            &state.earlier,
            (*name).to_owned(),
            Arc::new(history.clone()),
        );
        state.earlier.push(run);
    }
    state
}

fn draw(ui: &mut egui::Ui, state: &mut State) {
    let input = Input {
        name: "this run",
        history: &state.history,
        earlier: &state.earlier,
        marked_step: state.marked_step,
    };
    let reply = state.curves.ui(ui, &input);
    state.replies.extend(reply);
}

fn harness<'a>(state: State) -> Harness<'a, State> {
    let mut harness = Harness::builder()
        .with_size(egui::vec2(900.0, 500.0))
        .build_ui_state(draw, state);
    harness.run();
    harness
}

/// `BNONLY_PICTURES=DIR` keeps pictures of the view, to be looked at.
#[test]
fn pictures() {
    let Some(folder) = std::env::var_os("BNONLY_PICTURES").map(PathBuf::from) else {
        return;
    };
    for (name, theme, zoom) in [
        ("light", egui::Theme::Light, 1.0),
        ("dark", egui::Theme::Dark, 1.0),
        ("large", egui::Theme::Light, 2.0),
    ] {
        let mut shown = with_earlier(
            state(history(1, 40_000, 1_000)),
            &[
                ("20261122-221530-resnet-14-bn", history(2, 30_000, 2_000)),
                ("gamma", history(3, 40_000, 4_000)),
                ("output", history(5, 20_000, 4_000)),
                ("all", history(6, 35_000, 4_000)),
            ],
        );
        shown.marked_step = Some(12_000);
        let mut harness = Harness::builder()
            .with_size(egui::vec2(900.0, 500.0))
            .with_pixels_per_point(zoom)
            .with_theme(theme)
            .wgpu()
            .build_ui_state(draw, shown);
        let mut keep = |harness: &mut Harness<'_, State>, part: &str| {
            harness.run();
            let path = folder.join(format!("curves-{name}-{part}.png"));
            harness.render().unwrap().save(path).unwrap();
        };
        keep(&mut harness, "loss");
        harness.hover_at(egui::pos2(500.0, 300.0));
        keep(&mut harness, "hover");
        let curves = &mut harness.state_mut().curves;
        curves.is_logarithmic = true;
        curves.axis = Axis::Time;
        keep(&mut harness, "log");
        let curves = &mut harness.state_mut().curves;
        curves.quantity = Quantity::Accuracy;
        keep(&mut harness, "log-accuracy");
        let curves = &mut harness.state_mut().curves;
        curves.is_logarithmic = false;
        curves.axis = Axis::Epoch;
        harness.state_mut().earlier.clear();
        keep(&mut harness, "accuracy");
        harness.state_mut().curves.quantity = Quantity::LearningRate;
        harness.state_mut().curves.is_logarithmic = true;
        keep(&mut harness, "rate");
        harness.state_mut().history = History::default();
        keep(&mut harness, "nothing");
    }
}
