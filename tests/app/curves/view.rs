//! The view, with its real widgets.

use std::path::PathBuf;
use std::sync::Arc;

use bnonly::app::curves::{Curves, Earlier, Input, Quantity, Reply};
use bnonly::train::history::{Axis, History};
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
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(120)
        .build_ui_state(draw, state);
    harness.run();
    harness
}

#[test]
fn many_runs_at_large_letters_leave_the_plot_half_of_the_pane() {
    let names = [
        "a-run-of-batch-norm-alone",
        "gamma-alone-for-long",
        "beta-alone-for-long",
        "output-layer-alone",
    ];
    let runs = names.map(|name| (name, history(2, 300, 100)));
    let shown = with_earlier(state(history(1, 300, 100)), &runs);
    let mut harness = Harness::builder()
        .with_size(egui::vec2(330.0, 260.0))
        .with_max_steps(120)
        .build_ui_state(draw, shown);
    harness.run();
    let plot = harness.get_by_role(egui::accesskit::Role::GraphicsObject);
    let height = plot.rect().height();
    assert!(height >= 130.0, "the plot is {height} points high");
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
        let keep = |harness: &mut Harness<'_, State>, part: &str| {
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

fn label_of_plot(harness: &Harness<'_, State>) -> String {
    let plot = harness.get_by_role(egui::Role::GraphicsObject);
    plot.accesskit_node().label().unwrap_or_default()
}

fn is_selected(harness: &Harness<'_, State>, label: &str) -> bool {
    let node = harness.get_by_label(label);
    node.accesskit_node().toggled() == Some(Toggled::True)
}

#[test]
fn without_a_run_a_sentence_says_what_to_do() {
    let mut harness = harness(state(History::default()));
    harness.get_by_label_contains("Press Start");
    assert_eq!(harness.state().curves.points_drawn(), 0);
    harness.state_mut().history = history(1, 10, 5);
    harness.run();
    assert!(harness.query_by_label_contains("Press Start").is_none());
    let label = label_of_plot(&harness);
    assert!(
        label.contains("Loss by step, up to step 10, training"),
        "{label}"
    );
    assert!(
        label.contains("test") && label.contains("at step 10"),
        "{label}"
    );
}

#[test]
fn quantity_axis_and_scale_are_chosen_by_buttons() {
    let mut harness = harness(state(history(2, 400, 100)));
    for (quantity, axis) in [
        ("Accuracy", "epoch"),
        ("Learning rate", "time"),
        ("Loss", "step"),
    ] {
        harness.get_by_label(quantity).click();
        harness.get_by_label(axis).click();
        harness.run();
        let expected = format!("{quantity} by {axis}, up to step 400");
        let label = label_of_plot(&harness);
        assert!(label.starts_with(&expected), "{label}");
    }
    let curves = &harness.state().curves;
    assert_eq!((curves.quantity, curves.axis), (Quantity::Loss, Axis::Step));

    assert!(!is_selected(&harness, "log scale"));
    harness.get_by_label("log scale").click();
    harness.run();
    assert!(is_selected(&harness, "log scale") && harness.state().curves.is_logarithmic);
}

#[test]
fn what_the_reader_chose_is_kept() {
    let mut curves = Curves::default();
    curves.quantity = Quantity::Accuracy;
    curves.axis = Axis::Time;
    curves.is_logarithmic = true;
    curves.window = 7;
    let kept = serde_json::to_string(&curves).expect("text");
    let again: Curves = serde_json::from_str(&kept).expect("curves");
    let choice = |of: &Curves| (of.quantity, of.axis, of.is_logarithmic, of.window);
    assert_eq!(choice(&again), choice(&curves));
    let older: Curves = serde_json::from_str("{}").expect("curves");
    assert_eq!(choice(&older), choice(&Curves::default()));
}

#[test]
fn values_without_a_logarithm_are_named() {
    let mut run = history(2, 400, 100);
    run.push(&crate::curves::runs::step(401, 0.0));
    let mut harness = harness(state(run));
    assert!(
        harness
            .query_by_label_contains("logarithmic axis")
            .is_none()
    );
    harness.get_by_label("log scale").click();
    harness.run();
    harness.get_by_label_contains("Values of 0 have no place on a logarithmic axis");
}

#[test]
fn a_million_steps_hand_no_more_points_over_than_there_is_room_for() {
    let mut harness = harness(with_earlier(
        state(history(1, 1_000_000, 10_000)),
        &[("other", history(2, 300_000, 10))],
    ));
    let most = 3 * 900 + 900;
    let points = harness.state().curves.points_drawn();
    assert!((600..=most).contains(&points), "{points}");
    // The wheel zooms in to where the pointer is.
    harness.hover_at(egui::pos2(450.0, 300.0));
    for _ in 0..30 {
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, 60.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        });
        harness.run_ok();
        let points = harness.state().curves.points_drawn();
        assert!(points <= most, "{points}");
    }
    let [Some((left, right)), None] = harness.state().curves.zoomed() else {
        panic!("{:?}", harness.state().curves.zoomed())
    };
    assert!(
        right - left < 20_000.0 && left > 400_000.0 && right < 600_000.0,
        "{left} {right}"
    );
    harness.get_by_label("Reset zoom").click();
    harness.run();
    assert_eq!(harness.state().curves.zoomed(), [None, None]);
}

#[test]
fn a_double_click_shows_all_again_and_a_click_marks_a_step() {
    let mut harness = harness(state(history(2, 400, 100)));
    let plot = harness.get_by_role(egui::Role::GraphicsObject);
    let centre = plot.rect().center();
    plot.click();
    harness.run();
    let [Reply::Mark(step)] = harness.state().replies[..] else {
        panic!("{:?}", harness.state().replies)
    };
    assert!((195..=206).contains(&step), "{step}");
    // Far enough from the first click not to be its double.
    harness.run_steps(120);
    harness.drag_at(centre);
    harness.hover_at(centre + egui::vec2(-80.0, 0.0));
    harness.drop_at(centre + egui::vec2(-80.0, 0.0));
    harness.run();
    let [Some((left, _)), _] = harness.state().curves.zoomed() else {
        panic!("dragging moves the part that is seen")
    };
    assert!(left > 20.0, "{left}");
    harness.run_steps(120);
    harness.get_by_role(egui::Role::GraphicsObject).click();
    harness.step();
    harness.get_by_role(egui::Role::GraphicsObject).click();
    harness.run();
    assert_eq!(harness.state().curves.zoomed(), [None, None]);
}

#[test]
fn the_keyboard_moves_and_zooms() {
    let mut harness = harness(state(history(2, 1000, 100)));
    harness.get_by_role(egui::Role::GraphicsObject).focus();
    harness.run();
    let width = |harness: &Harness<'_, State>| {
        let (left, right) = harness.state().curves.zoomed()[0].expect("a zoom");
        right - left
    };
    harness.key_press(egui::Key::Plus);
    harness.run();
    let first = width(&harness);
    let (left, _) = harness.state().curves.zoomed()[0].expect("a zoom");
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    let (moved, _) = harness.state().curves.zoomed()[0].expect("a zoom");
    assert!((moved - left - 0.1 * first).abs() < 1e-9, "{left} {moved}");
    harness.key_press(egui::Key::Minus);
    harness.run();
    assert!(width(&harness) > 1.2 * first);
    harness.key_press(egui::Key::Home);
    harness.run();
    assert_eq!(harness.state().curves.zoomed(), [None, None]);
}

#[test]
fn earlier_runs_are_hidden_shown_and_removed() {
    let runs = [("one", history(3, 500, 50)), ("two", history(4, 500, 50))];
    let mut harness = harness(with_earlier(state(history(2, 400, 100)), &runs));
    let looks: Vec<usize> = harness.state().earlier.iter().map(|run| run.look).collect();
    assert_ne!(looks[0], looks[1]);
    let all = harness.state().curves.points_drawn();

    harness.get_by_label("two").click();
    harness.run();
    assert_eq!(
        harness.state_mut().replies.pop(),
        Some(Reply::Show {
            run: 1,
            shown: false
        })
    );
    harness.state_mut().earlier[1].shown = false;
    harness.run();
    let fewer = harness.state().curves.points_drawn();
    assert!(fewer < all, "{fewer} {all}");

    harness.get_by_label("Remove one").click();
    harness.run();
    assert_eq!(harness.state_mut().replies.pop(), Some(Reply::Remove(0)));
    harness.state_mut().earlier.remove(0);
    harness.run();
    assert!(harness.query_by_label("one").is_none());
    harness.get_by_label("two");
    let kept = &harness.state().earlier;
    let another = Earlier::among(kept, "three".to_owned(), Arc::new(History::default()));
    assert_ne!(
        another.look, kept[0].look,
        "the run that stays keeps its look"
    );

    harness.get_by_label("Compare…").click();
    harness.run();
    assert_eq!(harness.state_mut().replies.pop(), Some(Reply::Compare));
}

#[test]
fn an_earlier_run_is_seen_without_one_under_way() {
    let runs = [("one", history(3, 500, 50))];
    let harness = harness(with_earlier(state(History::default()), &runs));
    assert!(harness.query_by_label_contains("Press Start").is_none());
    assert!(harness.state().curves.points_drawn() > 100);
    assert!(
        harness.query_by_label("training").is_none(),
        "no line, no legend"
    );
}

#[test]
fn hovering_tells_exact_numbers() {
    let run: History = [
        crate::curves::runs::step(7, 1.25),
        crate::curves::runs::eval(7, 1.5),
    ]
    .iter()
    .collect();
    let mut harness = harness(with_earlier(state(run), &[("one", history(3, 500, 50))]));
    let plot = harness.get_by_role(egui::Role::GraphicsObject).rect();
    harness.hover_at(plot.left_center() + egui::vec2(20.0, 0.0));
    harness.run();
    let text = harness.get_by_label_contains("step 7, epoch 0.07, 0:00");
    let text = text
        .accesskit_node()
        .label()
        .or(text.value())
        .unwrap_or_default();
    for part in [
        "training 1.2500 nats",
        "test 1.5000 nats at step 7",
        "one: training",
        "one: test",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn smoothing_is_typed_or_dragged() {
    let mut harness = harness(state(history(2, 400, 100)));
    let slider = harness.get_by_role_and_label(egui::Role::Slider, "smoothing");
    slider.set_value_accesskit(120.0);
    harness.run();
    assert_eq!(harness.state().curves.window, 120);
    harness.get_by_label("Learning rate").click();
    harness.run();
    let slider = harness.get_by_role_and_label(egui::Role::Slider, "smoothing");
    assert!(slider.accesskit_node().is_disabled());
}

#[test]
fn smoothing_is_no_longer_than_the_run() {
    let mut shown = state(history(1, 20, 10));
    shown.curves.window = 1_000;
    let harness = harness(shown);
    let slider = harness.get_by_role(egui::accesskit::Role::Slider);
    assert_eq!(slider.accesskit_node().numeric_value(), Some(20.0));
    let kept = harness.state().curves.window;
    assert_eq!(kept, 1_000, "the choice stays for longer runs");
}
