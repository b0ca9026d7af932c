//! The guided tour.

use std::collections::HashSet;

use bnonly::app::tour::{Comparison, STEPS, Tour};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

struct Shell {
    tour: Tour,
    asked: Vec<Comparison>,
}

fn harness(tour: Tour) -> Harness<'static, Shell> {
    let shell = Shell {
        tour,
        asked: Vec::new(),
    };
    Harness::builder().with_size([340.0, 500.0]).build_ui_state(
        |ui, shell: &mut Shell| shell.asked.extend(shell.tour.ui(ui)),
        shell,
    )
}

#[test]
fn each_page_sets_up_a_comparison_of_its_own() {
    let comparisons: HashSet<_> = STEPS.iter().map(|step| step.sets_up).collect();
    assert_eq!(comparisons.len(), 9);
    let mut harness = harness(Tour::default());
    for (page, step) in STEPS.iter().enumerate() {
        harness.run();
        harness.get_by_label(step.title);
        harness.get_by_label(&format!("{} of 9", page + 1));
        harness.get_by_label("Set up this comparison").click();
        harness.run();
        assert_eq!(harness.state().asked.last(), Some(&step.sets_up));
        if page + 1 < STEPS.len() {
            harness.get_by_label("Next").click();
        }
    }
    harness.run();
    assert!(harness.get_by_label("Next").accesskit_node().is_disabled());
    harness.get_by_label("Previous").click();
    harness.run();
    harness.get_by_label("8 of 9");
    assert_eq!(harness.state().asked.len(), 9);
}

#[test]
fn keys_turn_pages_and_stop_at_the_ends() {
    let mut harness = harness(Tour::default());
    harness.run();
    assert!(
        harness
            .get_by_label("Previous")
            .accesskit_node()
            .is_disabled()
    );
    harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::ArrowLeft);
    harness.run();
    harness.get_by_label("1 of 9");
    for _ in 0..12 {
        harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::ArrowRight);
    }
    harness.run();
    harness.get_by_label("9 of 9");
    harness.key_press(egui::Key::ArrowLeft);
    harness.run();
    harness.get_by_label("9 of 9");
}

#[test]
fn pages_are_remembered_and_those_of_another_version_do_not_break_it() {
    let mut first = harness(Tour::default());
    first.run();
    first.get_by_label("Next").click();
    first.run();
    let text = serde_json::to_string(&first.state().tour).unwrap();
    let mut second = harness(serde_json::from_str(&text).unwrap());
    second.run();
    second.get_by_label("2 of 9");
    let mut third = harness(serde_json::from_str(r#"{"open":true,"page":99}"#).unwrap());
    third.run();
    third.get_by_label("9 of 9");
}

#[test]
fn the_window_opens_and_closes() {
    let mut tour = Tour::default();
    tour.open = true;
    let mut harness = Harness::new_ui_state(
        |ui, tour: &mut Tour| {
            tour.window(ui.ctx());
        },
        tour,
    );
    harness.run();
    harness.get_by_label(STEPS[0].title);
    harness
        .get_by_role_and_label(Role::Button, "Close window")
        .click();
    harness.run();
    assert!(!harness.state().open);
    assert!(harness.query_by_label(STEPS[0].title).is_none());
}

#[test]
fn the_button_to_the_next_page_stays_where_it_is() {
    let mut harness = harness(Tour::default());
    harness.run();
    let place = harness.get_by_label("Next").rect();
    for _ in 1..STEPS.len() {
        assert_eq!(harness.get_by_label("Next").rect(), place);
        harness.get_by_label("Next").click();
        harness.run();
    }
}
