//! Earlier runs in the whole app: offered at the start, gone on with, deleted, shown while another program
//! trains them; and a run whose folder is deleted under it.

use std::fs;
use std::path::Path;

use bnonly::app::action::Action;
use bnonly::app::views::ViewId;
use bnonly::session::Phase;
use bnonly::train::run_folder::read_events;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, Begin, Memory, checkpoint, endless};
use crate::runs::made;

/// What the app keeps of a run that was opened.
fn opened(run: &Path) -> Memory {
    let mut memory = Memory::default();
    let paths = vec![run.to_owned()];
    eframe::set_value(&mut memory, "runs-opened", &paths);
    memory
}

#[test]
fn a_run_that_was_interrupted_is_offered_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let run = made(&folder.path().join("run"), 0, 10);
    let mut app = Begin {
        stored: Some(opened(&run)),
        ..Begin::default()
    }
    .app();
    app.until_says("was interrupted at epoch 1.0 of 2, with 36.0 % right. Go on with it?");
    app.press("Resume the run");
    // It is the offered one that is asked for; it was made up, and cannot go on.
    app.until("it says what is wrong", |app| {
        app.notice()
            .is_some_and(|notice| notice.contains("last.safetensors"))
    });
    drop(app);

    let run = made(&folder.path().join("whole"), 0, 20);
    let mut app = Begin {
        stored: Some(opened(&run)),
        ..Begin::default()
    }
    .app();
    app.shell_mut().show_view(ViewId::Runs);
    app.until_says("finished · 36.0 %");
    assert_eq!(app.notice(), None);
}

#[test]
fn a_deleted_run_goes_to_the_bin_and_off_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let run = made(&folder.path().join("run"), 0, 20);
    let mut app = Begin {
        stored: Some(opened(&run)),
        ..Begin::default()
    }
    .app();
    app.shell_mut().set_bin(|path| {
        fs::rename(path, path.with_extension("bin")).map_err(|error| error.to_string())
    });
    app.shell_mut().show_view(ViewId::Runs);
    app.until_says("Open resnet-14 · bn");
    app.press("What to do with resnet-14 · bn");
    app.press("Delete…");
    app.press("Move to the bin");
    app.until("it is off the list", |app| !app.says("Open resnet-14 · bn"));
    assert!(!run.exists() && run.with_extension("bin").exists());

    // Where there is no bin, that is told, and asked again.
    let run = made(&folder.path().join("other"), 0, 20);
    let mut app = Begin {
        stored: Some(opened(&run)),
        ..Begin::default()
    }
    .app();
    app.shell_mut().set_bin(|_| Err("there is no bin".into()));
    app.shell_mut().show_view(ViewId::Runs);
    app.until_says("Open resnet-14 · bn");
    app.press("What to do with resnet-14 · bn");
    app.press("Delete…");
    app.press("Move to the bin");
    app.until_says("It cannot be moved to the bin (there is no bin).");
    assert!(run.exists());
    app.press("Remove for good");
    app.until("it is off the list", |app| !app.says("Open resnet-14 · bn"));
    assert!(!run.exists());
}

#[test]
fn a_stopped_run_goes_on_in_its_window_and_another_window_only_reads_it() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(2);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    let (run, step) = (app.run_folder(), app.step_of_run());
    assert_eq!(checkpoint(&run).progress.step, step);
    app.press("▶ Go on");
    app.until_step(step + 2);
    assert_eq!(app.run_folder(), run);
    // A click in the list stops no training unasked.
    made(&app.folder.path().join("made"), 0, 10);
    app.shell_mut().show_view(ViewId::Runs);
    let is_other = |node: &egui_kittest::Node<'_>| {
        let label = node.accesskit_node().label().unwrap_or_default();
        label.starts_with("Open resnet-14")
    };
    app.until("it is listed", |app| {
        app.query_all_by_role(Role::Link)
            .any(|node| is_other(&node))
    });
    app.query_all_by_role(Role::Link)
        .find(is_other)
        .unwrap()
        .click();
    app.settle();
    assert!(app.says("A run is under way"));
    app.press("Cancel");
    app.until_step(step + 3);
    assert_eq!(app.run_folder(), run);
    app.press("▮▮ Pause");
    app.until_phase(Phase::Paused);

    let saved = checkpoint(&run).progress.step;
    let mut other = App::with(endless());
    let ctx = other.ctx.clone();
    other.shell_mut().open_run(&ctx, &run);
    // Its curves are there before it is opened; then the bar says how.
    other.until("it is shown", |app| {
        app.query_all_by_label("for reading only").next().is_some()
    });
    let notice = other.notice().unwrap();
    assert!(notice.contains("is being trained by"), "{notice}");
    assert_eq!(other.step_of_run(), saved, "as the last checkpoint has it");
    assert!(!other.is_enabled("▶ Go on") && !other.is_enabled("■ Stop"));
    assert!(!other.shell().allows(Action::TrainLonger));
    // Nobody wrote to it.
    assert_eq!(checkpoint(&run).progress.step, saved);
    drop(other);
    app.press("▶ Go on");
    let step = app.step_of_run();
    app.until_step(step + 1);
}

/// Elsewhere a folder with open files cannot be deleted.
#[cfg(unix)]
#[test]
fn a_folder_that_is_deleted_in_mid_run_is_told_and_written_anew() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(2);
    let run = app.run_folder();
    // As a file manager does; a folder that is written to is hard to delete file by file.
    fs::rename(&run, app.folder.path().join("bin")).unwrap();
    app.until_says("The folder of this run is gone");
    assert!(!run.exists());
    app.press("Write it anew and go on");
    app.until("it is written anew", |app| app.run_folder() != run);
    let (anew, step) = (app.run_folder(), app.step_of_run());
    assert_eq!(anew.parent(), run.parent());
    app.until_step(step + 1);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    let done = checkpoint(&anew).progress.step;
    let mut steps: Vec<u64> = read_events(&anew)
        .unwrap()
        .iter()
        .map(|metric| metric.step())
        .collect();
    steps.dedup();
    assert_eq!(steps, (1..=done).collect::<Vec<_>>(), "each step is there");

    // Deleted again: this time the run is to end.
    app.press("▶ Go on");
    app.until_step(done + 1);
    fs::rename(&anew, app.folder.path().join("bin-2")).unwrap();
    app.until_says("The folder of this run is gone");
    app.press("End the run");
    app.until_ended("its folder is gone");
    assert!(!anew.exists() && !app.is_enabled("▶ Go on"));
    assert!(app.shell().allows(Action::Start));
}
