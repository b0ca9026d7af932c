//! Looking into a network while it trains and after: switching off, answers, feature maps.

use bnonly::app::channels::heat_map::HeatMap;
use bnonly::app::inside::Inside;
use bnonly::app::switching_off::SwitchingOff;
use bnonly::app::switching_off::results::{Measured, Results};
use bnonly::study::probe::Accuracy;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{App, endless};

fn results(app: &App) -> &Results {
    app.shell().view::<SwitchingOff>().results()
}

/// What was measured with so many channels off, once it is there.
fn measured(app: &mut App, what: &str, holds: impl Fn(usize) -> bool) -> Measured<Accuracy> {
    app.until(what, |app| {
        let (results, ablated) = (results(app), &results(app).ablated);
        results.is_fresh(ablated)
            && !results.measuring()
            && ablated.as_ref().is_some_and(|found| holds(found.off))
    });
    results(app).ablated.clone().unwrap()
}

fn set_threshold(app: &mut App, text: &str) {
    app.type_over(Role::SpinButton, "Off where |γ| <", text);
}

#[test]
fn switching_off_is_measured_while_the_run_goes_on() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(2);
    set_threshold(&mut app, "1");
    let found = measured(&mut app, "most channels off", |off| off > 60);
    assert!(app.says("of 84 channels off"), "{:#?}", app.screen());
    assert!(app.says(&format!("({})", found.off)));
    assert_eq!((found.channels, found.value.images), (84, 64));
    // Of ten classes, one alone is answered, or all but so.
    assert!(found.value.accuracy < 0.35, "{found:?}");
    let whole = results(&app).whole.clone().unwrap();
    assert_ne!(whole.value.loss, found.value.loss);
    app.get_by_label_contains("All channels on: ");
    app.get_by_label_contains("As many at random: ");
    assert!(!app.run_view().has_ended());
    let step = app.step_of_run();
    app.until_step(step + 4);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
}

#[test]
fn a_channel_is_switched_by_a_click_in_the_map() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.until_summed_up();
    set_threshold(&mut app, "none");
    let none = measured(&mut app, "no channel off", |off| off == 0);
    let whole = results(&app).whole.clone().unwrap();
    assert_eq!(none.value, whole.value, "none off is all on");

    for channel in [2, 1] {
        let cell = app.shell().view::<HeatMap>().cell_on_screen(0, channel);
        app.click_at(cell.expect("a cell").center());
    }
    let two = measured(&mut app, "two channels off", |off| off == 2);
    assert_ne!(two.value.loss, none.value.loss);
    app.get_by_label_contains("Channels, a row a layer: bn, channel 1: γ");
    assert!(app.says("off by hand"));
    app.get_by_label("2 switched by hand").click();
    app.settle();
    app.get_by_label("bn channel 1: off");
    app.press("bn channel 2: follow the threshold");
    let one = measured(&mut app, "one channel off", |off| off == 1);
    assert_ne!(one.value.loss, two.value.loss);

    app.press("Reset what I switched by hand");
    measured(&mut app, "no channel off again", |off| off == 0);
    assert!(app.says("None switched by hand"));
}

#[test]
fn what_is_set_to_zero_makes_a_difference() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.until_summed_up();
    set_threshold(&mut app, "1");
    let gamma = measured(&mut app, "most channels off", |off| off > 60);
    app.get_by_label("γ and β").click();
    app.until("another measurement", |app| {
        let ablated = results(app).ablated.as_ref();
        results(app).is_fresh(&results(app).ablated)
            && ablated.is_some_and(|found| found.value.loss != gamma.value.loss)
    });
    assert!(app.says("passes on nothing"));
    assert_eq!(results(&app).ablated.as_ref().unwrap().off, gamma.off);
}

#[test]
fn the_curve_is_measured_point_by_point() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.until("eleven points", |app| {
        results(app).is_curve_fresh() && results(app).curve.off.len() == 11
    });
    assert!(app.says("11 points, each of 64 images, step 8"));
    assert!(results(&app).curve.off.is_sorted());
}

#[test]
fn images_are_answered_and_a_picked_one_shows_its_feature_maps() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.until_summed_up();
    app.press("Images");
    app.until_says("; the network says");
    app.until_says("of 64 answered, at step 8");
    app.get_by_label_contains("image 3: ").click();
    app.settle();
    assert_eq!(app.shell().view::<Inside>().image(), Some(3));
    app.until("maps of the first layer", |app| {
        app.says("Maps of 4 channels; picked channel 0: ")
    });
    // A channel in the map of channels is the one that is shown here.
    app.press("Layer");
    app.press("Channels");
    let cell = app.shell().view::<HeatMap>().cell_on_screen(5, 3);
    app.click_at(cell.expect("a cell").center());
    app.until("maps of another layer", |app| {
        app.says("Maps of 8 channels; picked channel 3: ")
    });
    app.until("it is off here too", |app| {
        app.says("picked channel 3: ") && app.query_all_by_label_contains("(off)").next().is_some()
    });
}
