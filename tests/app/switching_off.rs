//! Switching channels off: by the threshold, by hand, and what was measured of it.

use bnonly::app::shared::News;
use bnonly::app::switching_off::SwitchingOff;
use bnonly::app::switching_off::choice::{Choice, Chosen, Tested};
use bnonly::app::view::View;
use bnonly::session::{Finding, Found, ProbeRequest};
use bnonly::study::gamma::Norms;
use egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::{Subject, TEST_IMAGES, accuracy};

/// The view, its network, and what it asked for.
struct Shell {
    view: SwitchingOff,
    chosen: Chosen,
    subject: Option<Subject>,
    requests: Vec<ProbeRequest>,
}

impl Shell {
    /// As the program does it: a changed request is sent at once.
    fn ui(ui: &mut egui::Ui, shell: &mut Self) {
        let network = shell.subject.as_ref().map(Subject::network);
        shell.view.ui(ui, &mut shell.chosen, network.as_ref());
        if shell.view.due(ui.ctx()) {
            shell.send();
        }
    }

    fn send(&mut self) {
        let norms = &self.subject.as_ref().unwrap().norms;
        let id = self.requests.len() as u64 + 1;
        let request = self.view.request(id.into(), &mut self.chosen, norms);
        self.requests.push(request);
    }

    fn find(&mut self, request: u64, step: u64, finding: Finding) -> bool {
        self.view.take_found(&Found {
            request: request.into(),
            step,
            finding,
        })
    }
}

fn harness() -> Harness<'static, Shell> {
    let shell = Shell {
        view: SwitchingOff::default(),
        chosen: Chosen::default(),
        subject: Some(Subject::new()),
        requests: Vec::new(),
    };
    Harness::builder()
        .with_size([380.0, 900.0])
        .with_step_dt(0.05)
        .build_ui_state(Shell::ui, shell)
}

fn off(request: &ProbeRequest) -> Vec<usize> {
    let channels = request.ablation.off.iter().enumerate();
    channels
        .filter(|(_, off)| **off)
        .map(|(channel, _)| channel)
        .collect()
}

fn norms(gamma: &[f32]) -> Norms {
    Norms {
        gamma: gamma.to_vec(),
        beta: vec![0.0; gamma.len()],
    }
}

#[test]
fn channels_below_the_threshold_are_off_whatever_their_sign() {
    let norms = norms(&[0.0, -0.005, 0.01, -1.0, f32::NAN]);
    let mut choice = Choice::default();
    choice.threshold = 0.01;
    let ablation = choice.ablation(&norms);
    assert_eq!(ablation.off, [true, true, false, false, false]);
    assert!(!ablation.with_beta);
    choice.threshold = 0.0;
    assert_eq!(choice.ablation(&norms).off, [false; 5], "0 is none");
}

#[test]
fn a_channel_switched_by_hand_stays_so_until_it_is_switched_back() {
    let before = norms(&[0.001, 0.5]);
    let mut choice = Choice::default();
    choice.toggle(0, &before);
    choice.toggle(1, &before);
    assert_eq!(choice.ablation(&before).off, [false, true]);
    let after = norms(&[0.5, 0.001]);
    assert_eq!(choice.ablation(&after).off, [false, true], "γ moved on");
    choice.toggle(1, &before);
    assert_eq!(
        choice.ablation(&after).off,
        [false, true],
        "by the threshold again"
    );
    assert_eq!(choice.ablation(&before).off, [false, false]);
    choice.release_all();
    assert_eq!(choice.ablation(&before).off, [true, false]);
}

#[test]
fn what_was_switched_in_a_larger_network_does_not_reach_a_smaller_one() {
    let mut choice = Choice::default();
    choice.toggle(3, &norms(&[1.0; 4]));
    assert_eq!(choice.ablation(&norms(&[1.0; 2])).off, [false, false]);
}

#[test]
fn before_any_run_the_view_says_what_it_will_show() {
    let mut harness = harness();
    harness.state_mut().subject = None;
    harness.run();
    harness.get_by_label_contains("Start or open a run");
    assert!(harness.query_by_label("Measure now").is_none());
}

#[test]
fn a_typed_threshold_switches_the_channels_below_it() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("3 % of 336 channels off (10)");
    let field = harness.get_by_role(Role::SpinButton);
    field.click();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text("0.02".into()));
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().chosen.choice.threshold, 0.02);
    harness.run_steps(5);
    assert_eq!(harness.state().requests.len(), 1);
    let expected: Vec<usize> = (0..20).collect();
    assert_eq!(off(&harness.state().requests[0]), expected);
    harness.get_by_label("6 % of 336 channels off (20)");
}

#[test]
fn nonsense_in_the_number_field_leaves_the_threshold() {
    let mut harness = harness();
    harness.run();
    for (text, expected) in [
        ("abc", 0.01),
        ("nan", 0.01),
        ("-3", 0.0),
        ("7", 1.0),
        ("none", 0.0),
    ] {
        harness.get_by_role(Role::SpinButton).click();
        harness.run();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness.event(egui::Event::Text(text.into()));
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(harness.state().chosen.choice.threshold, expected, "{text}");
    }
}

#[test]
fn dragging_measures_when_the_slider_rests_or_is_let_go() {
    let mut harness = harness();
    harness.run();
    let slider = harness.get_by_role(Role::Slider).rect();
    let at = |share: f32| egui::pos2(egui::lerp(slider.x_range(), share), slider.center().y);
    harness.drag_at(at(0.2));
    harness.step();
    for place in [0.3, 0.4, 0.5, 0.6, 0.7] {
        harness.hover_at(at(place));
        harness.step();
    }
    assert!(
        harness.state().requests.is_empty(),
        "the slider still moves"
    );
    let moved = harness.state().chosen.choice.threshold;
    assert!(moved > 0.02, "{moved}");
    harness.run_steps(4);
    assert_eq!(harness.state().requests.len(), 1, "it rested");
    harness.hover_at(at(0.1));
    harness.step();
    assert_eq!(harness.state().requests.len(), 1);
    harness.drop_at(at(0.1));
    harness.step();
    assert_eq!(harness.state().requests.len(), 2, "it was let go");
    let (last, threshold) = (
        &harness.state().requests[1],
        harness.state().chosen.choice.threshold,
    );
    let below = (0..336).filter(|channel| (*channel as f32 / 1_000.0) < threshold);
    assert_eq!(off(last), below.collect::<Vec<_>>());
    harness.run_steps(10);
    assert_eq!(harness.state().requests.len(), 2, "once");
}

#[test]
fn the_slider_moves_by_the_keyboard() {
    let mut harness = harness();
    harness.run();
    harness.get_by_role(Role::Slider).focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    harness.run_steps(5);
    assert!(harness.state().chosen.choice.threshold > 0.01);
    assert_eq!(harness.state().requests.len(), 1);
}

#[test]
fn beta_goes_with_gamma_if_asked() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label_contains("still passes on its β");
    harness.get_by_label("γ and β").click();
    harness.run();
    assert!(harness.state().requests[0].ablation.with_beta);
    harness.get_by_label_contains("passes on nothing");
    harness.get_by_label("γ alone").click();
    harness.run();
    assert!(!harness.state().requests[1].ablation.with_beta);
}

#[test]
fn channels_switched_by_hand_are_listed_and_can_be_let_go() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label_contains("None switched by hand");
    let shell = harness.state_mut();
    let norms = shell.subject.as_ref().unwrap().norms.clone();
    for channel in [3, 17, 300] {
        shell.chosen.choice.toggle(channel, &norms);
    }
    shell.view.take(&News::Toggled, true);
    harness.run();
    let channels = off(&harness.state().requests[0]);
    assert_eq!(channels, [0, 1, 2, 4, 5, 6, 7, 8, 9, 17, 300]);
    harness.get_by_label("3 switched by hand").click();
    harness.run();
    harness.get_by_label("bn channel 3: on");
    harness.get_by_label("blocks.0.bn1 channel 1: off");
    harness
        .get_by_label("blocks.0.bn1 channel 1: follow the threshold")
        .click();
    harness.run();
    assert!(!harness.state().requests[1].ablation.off[17]);
    harness
        .get_by_label("Reset what I switched by hand")
        .click();
    harness.run();
    assert_eq!(
        off(&harness.state().requests[2]),
        (0..10).collect::<Vec<_>>()
    );
    assert!(
        harness
            .query_by_label("Reset what I switched by hand")
            .is_none()
    );
}

#[test]
fn the_number_of_test_images_is_the_readers() {
    let mut harness = harness();
    harness.run();
    for (label, images) in [("256", 256), ("all 2,000", usize::MAX), ("1,000", 1_000)] {
        harness.get_by_label(label).click();
        harness.run();
        assert_eq!(
            harness.state().requests.last().unwrap().tested_images,
            images
        );
    }
    assert_eq!(harness.state().chosen.choice.tested, Tested::Thousand);
}

#[test]
fn findings_appear_and_those_of_earlier_requests_do_not() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("Measure now").click();
    harness.run();
    assert!(harness.query_all_by_label("measuring…").count() > 0);
    let shell = harness.state_mut();
    assert!(shell.find(1, 1_240, Finding::Whole(accuracy(0.6234, 1_000))));
    harness.get_by_label("Measure now").click();
    harness.run();
    let shell = harness.state_mut();
    assert!(
        !shell.find(1, 1_240, Finding::Ablated(accuracy(0.111, 1_000))),
        "stale"
    );
    assert!(shell.find(2, 1_300, Finding::Ablated(accuracy(0.5, 1_000))));
    harness.run();
    assert!(harness.query_by_label_contains("11.1 %").is_none());
    harness.get_by_label("All channels on: 62.3 %, measuring…");
    harness
        .get_by_label("These off: 50.0 %, 1,000 images, step 1,300; 3 % of 336 channels off (10)");
    let shell = harness.state_mut();
    assert!(shell.find(2, 1_300, Finding::Whole(accuracy(0.625, 1_000))));
    let draws = [0.1, 0.2, 0.6].map(|share| accuracy(share, 1_000)).to_vec();
    assert!(shell.view.results().measuring(), "random draws are to come");
    assert!(shell.find(2, 1_300, Finding::Random(draws)));
    assert!(!shell.view.results().measuring());
    harness.run();
    harness.get_by_label("All channels on: 62.5 %, 1,000 images, step 1,300");
    harness.get_by_label(
        "As many at random: 30.0 %, mean of 3 draws, 10.0 % to 60.0 %; 1,000 images, step 1,300; \
         3 % of 336 channels off (10)",
    );
    assert_eq!(harness.query_all_by_label("measuring…").count(), 0);
}

#[test]
fn the_curve_fills_point_by_point_in_order_of_the_share() {
    let mut harness = harness();
    harness.run();
    harness.get_by_label("Measure the curve").click();
    harness.run();
    assert!(harness.state().requests[0].curve);
    let images = TEST_IMAGES;
    for (off, share) in [(168, 0.3), (0, 0.6), (84, 0.5)] {
        let finding = Finding::Curve {
            off,
            weakest: accuracy(share, images),
            random: [0.4, 0.5, 0.6]
                .map(|part| accuracy(share * part, images))
                .to_vec(),
        };
        assert!(harness.state_mut().find(1, 500, finding));
    }
    harness.run();
    let curve = &harness.state().view.results().curve;
    let points: Vec<_> = curve
        .weakest
        .iter()
        .map(|point| (point.x, point.y))
        .collect();
    assert_eq!(points, [(0.0, 60.0), (25.0, 50.0), (50.0, 30.0)]);
    assert!((curve.random[2].y - 15.0).abs() < 1e-9);
    let (least, greatest) = curve.spread[2];
    assert!((least - 12.0).abs() < 1e-9 && (greatest - 18.0).abs() < 1e-9);
    harness.get_by_label("3 points, each of 2,000 images, step 500");
    harness.get_by_label("The curve as numbers").click();
    harness.run();
    harness.get_by_label("25.0 % (20.0 to 30.0)");
    // The axis fits, and can be had whole.
    harness.get_by_label("up to 100 %").click();
    harness.run();

    harness.state_mut().send();
    harness.run();
    harness.get_by_label("3 points, each of 2,000 images, step 500");
    let finding = Finding::Curve {
        off: 336,
        weakest: accuracy(0.1, images),
        random: vec![accuracy(0.1, images)],
    };
    assert!(harness.state_mut().find(2, 500, finding));
    assert_eq!(
        harness.state().view.results().curve.off,
        [336],
        "another request begins anew"
    );
}

#[test]
fn the_curve_is_asked_for_once_or_each_time() {
    let mut harness = harness();
    harness.run();
    harness
        .get_by_label("Random channels and curve each time")
        .click();
    harness.run();
    assert!(
        harness.state().requests.is_empty(),
        "less is asked for: what there is will do"
    );
    harness.get_by_label("Measure now").click();
    harness.run();
    assert!(!harness.state().requests[0].curve);
    harness.get_by_label("Measure the curve").click();
    harness.run();
    assert!(harness.state().requests[1].curve);
    harness.get_by_label("γ and β").click();
    harness.run();
    assert!(!harness.state().requests[2].curve);
    harness
        .get_by_label("Random channels and curve each time")
        .click();
    harness.run();
    assert!(harness.state().requests[3].curve);
}

#[test]
fn evaluations_are_followed_only_if_asked() {
    let mut harness = harness();
    harness.state_mut().view.evaluated();
    harness.run();
    assert!(harness.state().requests.is_empty());
    let follow = harness.get_by_label("Measure at each evaluation");
    assert_eq!(follow.accesskit_node().toggled(), Some(Toggled::False));
    follow.click();
    harness.run();
    harness.state_mut().view.evaluated();
    harness.run();
    assert_eq!(harness.state().requests.len(), 1);
}

#[test]
fn a_failure_is_told_until_the_next_request() {
    let mut harness = harness();
    harness.run();
    harness.state_mut().send();
    harness.state_mut().view.fail("the device was lost");
    harness.run();
    harness.get_by_label("the device was lost");
    assert!(!harness.state().view.results().measuring());
    harness.state_mut().send();
    harness.run();
    assert!(harness.query_by_label("the device was lost").is_none());
}

#[test]
fn what_was_chosen_is_remembered_and_a_bad_memory_is_healed() {
    let mut choice = Choice::default();
    choice.toggle(5, &Subject::new().norms);
    let text = serde_json::to_string(&choice).unwrap();
    let back: Choice = serde_json::from_str(&text).unwrap();
    assert!(back.by_hand().is_empty(), "it belongs to one network");
    let mut harness = harness();
    let shell = harness.state_mut();
    shell.chosen.choice = serde_json::from_str(r#"{"threshold":-3.0,"another":1}"#).unwrap();
    harness.run();
    assert_eq!(harness.state().chosen.choice.threshold, 0.01);
}

#[test]
fn it_draws_in_little_room_and_in_much() {
    for size in [[120.0, 90.0], [190.0, 250.0], [1_600.0, 900.0]] {
        let mut harness = harness();
        harness.set_size(size.into());
        harness.run();
        harness.get_by_label("3 % of 336 channels off (10)");
    }
}

#[test]
fn with_no_channel_off_no_random_draws_are_waited_for() {
    let mut harness = harness();
    harness.state_mut().chosen.choice.threshold = 0.0;
    harness.state_mut().send();
    for finding in [Finding::Whole, Finding::Ablated] {
        assert!(harness.state().view.results().measuring());
        assert!(harness.state_mut().find(1, 5, finding(accuracy(0.5, 256))));
    }
    assert!(!harness.state().view.results().measuring());
    harness.run();
    harness.get_by_label("As many at random: not measured yet");
}

#[test]
fn no_more_test_images_are_offered_than_there_are() {
    let network = |images| {
        let harness = Harness::builder().with_size([380.0, 900.0]).build_ui_state(
            move |ui, (view, chosen, subject): &mut (SwitchingOff, Chosen, Subject)| {
                let network = bnonly::app::switching_off::Network {
                    test_images: images,
                    ..subject.network()
                };
                view.ui(ui, chosen, Some(&network));
            },
            (SwitchingOff::default(), Chosen::default(), Subject::new()),
        );
        let offered = ["256", "1,000", "all 500", "all 2,000"];
        let is_there = |text: &&str| harness.query_by_label(text).is_some();
        offered.into_iter().filter(is_there).collect::<Vec<_>>()
    };
    assert_eq!(network(500), ["256", "all 500"]);
    assert_eq!(network(2_000), ["256", "1,000", "all 2,000"]);
}

#[test]
fn one_draw_is_one_draw() {
    let mut harness = harness();
    harness.state_mut().send();
    let shell = harness.state_mut();
    assert!(shell.find(1, 5, Finding::Random(vec![accuracy(0.5, 256)])));
    for finding in [Finding::Whole, Finding::Ablated] {
        assert!(harness.state_mut().find(1, 5, finding(accuracy(0.5, 256))));
    }
    harness.run();
    let told = harness.query_all_by_label_contains("mean of 1 draw, 50.0 %");
    assert!(told.count() > 0);
}
