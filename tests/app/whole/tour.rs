//! Each page of the tour begins with its first run, and the next follow.

use bnonly::app::tour::STEPS;
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, settings};

/// One step of a few images, whatever the network.
fn short() -> Settings {
    Settings {
        max_steps: Some(1),
        limit_train: Some(16),
        limit_test: Some(16),
        ..settings()
    }
}

/// What the first run of each page trains, and the pane that comes to the front.
const PAGES: [(&str, &str); 9] = [
    ("bn", "Channels"),
    ("bn", "Curves"),
    ("output", "Images"),
    ("random:2", "Curves"),
    ("bn", "Curves"),
    ("bn", "Curves"),
    ("bn", "Switching off"),
    ("bn", "Curves"),
    ("bn", "Curves"),
];

fn is_in_front(app: &App, pane: &str) -> bool {
    let toggled = app.button(pane).accesskit_node().toggled();
    let is_selected = app.button(pane).accesskit_node().is_selected();
    is_selected == Some(true) || toggled == Some(egui::accesskit::Toggled::True)
}

/// As who does not see the screen presses a button: wherever it is, below the tour's window too.
fn press(app: &mut App, name: &str) {
    app.button(name).click_accesskit();
    app.settle();
}

#[test]
fn each_page_begins_with_its_first_run() {
    let mut app = App::with(short());
    app.key(Key::F1);
    let mut before = None;
    for (page, (trains, pane)) in PAGES.into_iter().enumerate() {
        app.get_by_label(STEPS[page].title);
        // Somewhere else.
        for other in ["Share off", "Layer", "Images", "Switching off"] {
            if other != pane {
                press(&mut app, other);
            }
        }
        if pane == "Images" {
            press(&mut app, "Switching off");
        }
        app.shell_mut().setup_mut().set_settings(short());
        press(&mut app, "Set up this comparison");
        assert!(is_in_front(&app, pane), "{}: {pane}", STEPS[page].title);
        if pane != "Switching off" {
            app.until("a run of this page", |app| {
                let run = app.shell().run_view();
                run.is_some_and(|run| Some(&run.folder) != before.as_ref())
            });
            assert_eq!(app.run_view().settings.train.to_string(), trains);
        }
        // The next page's run takes the place of what is left of this one.
        app.key(Key::F8);
        app.until("it ends", |app| app.run_view().has_ended());
        before = Some(app.run_folder());
        // The sentence about a run moves the tabs down, below the tour's window.
        app.settle();
        if app.query_by_role_and_label(Role::Button, "Close").is_some() {
            press(&mut app, "Close");
        }
        if page + 1 < PAGES.len() {
            app.key_press_modifiers(Modifiers::ALT, Key::ArrowRight);
            app.settle();
        }
    }
}

#[test]
fn the_runs_of_a_page_follow_each_other_and_stay_behind_the_curves() {
    let mut app = App::with(short());
    app.key(Key::F1);
    app.press("Next");
    app.press("Set up this comparison");
    let form = app.shell_mut().setup_mut().settings().clone();
    assert_eq!(form, short(), "the form is the reader's");
    let mut seen: Vec<String> = Vec::new();
    app.until_says("Comparison: run 1 of 4, BatchNorm only");
    app.until("the last run of the page ends", |app| {
        if let Some(run) = app.shell().run_view() {
            let trains = run.settings.train.to_string();
            if seen.last() != Some(&trains) {
                seen.push(trains);
            }
        }
        seen.len() == 4 && app.run_view().has_ended()
    });
    assert_eq!(seen, ["bn", "bn-gamma", "bn-beta", "output"]);
    app.settle();
    if let Some(path) = std::env::var_os("BNONLY_LOOK") {
        app.render().unwrap().save(path).unwrap();
    }
    // The table leaves the panes more than half of the window.
    let tab = app.button("Curves").rect();
    assert!(tab.top() < 400.0, "{tab:?}");
    assert_eq!(app.query_all_by_label_contains("Remove ").count(), 3);
    assert_eq!(std::fs::read_dir(app.folder.path()).unwrap().count(), 4);
    let rows = app.shell().lesson().rows();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        names,
        ["BatchNorm only", "γ only", "β only", "Output layer only"]
    );
    let parameters = rows[0].parameters.0;
    assert_eq!(
        [rows[1].parameters.0, rows[2].parameters.0],
        [parameters / 2; 2]
    );
    for row in rows {
        assert!(row.accuracy.is_some() && row.off.is_some() && row.seconds > 0.0);
        let [name, _, accuracy, ..] = row.cells();
        app.get_by_label(&name);
        assert!(accuracy.contains(" ± "), "{accuracy}");
    }
    app.press("Close the table");
    assert!(app.query_by_label("γ only").is_none());
    let notice = app.notice().expect("a note on the run of the output layer");
    assert!(notice.contains("no BatchNorm trains"), "{notice}");
}

#[test]
fn a_comparison_stops_after_the_run_under_way_where_that_is_asked_for() {
    let mut app = App::with(Settings {
        max_steps: Some(1_000_000),
        ..short()
    });
    app.key(Key::F1);
    app.press("Next");
    app.press("Set up this comparison");
    app.until_says("Stop after this one");
    app.get_by_label("Stop after this one").click();
    app.until_step(1);
    let run = app.run_view();
    let lesson = app.shell().lesson();
    assert!(
        lesson
            .words(Some(run))
            .starts_with("Comparison: run 1 of 4")
    );
    assert!(lesson.is_under_way());
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    assert!(!app.shell().lesson().is_under_way());
    assert!(app.says("BatchNorm only (stopped)"));
    assert!(app.says("3 of 4 runs were not begun."));
}

#[test]
fn a_run_that_is_stopped_is_the_last_of_its_page() {
    let mut app = App::with(Settings {
        max_steps: Some(1_000_000),
        ..short()
    });
    app.key(Key::F1);
    app.press("Next");
    app.press("Set up this comparison");
    app.until_step(1);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    for _ in 0..20 {
        app.step();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(std::fs::read_dir(app.folder.path()).unwrap().count(), 1);
}
