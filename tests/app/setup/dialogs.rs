//! Asking for paths, without and with dialogs, and what is dropped.

use std::future::{pending, ready};
use std::path::PathBuf;

use bnonly::app::dialog::{Answer, Ask, Dialog, Dropped, Kind, Pending};
use bnonly::app::setup::Setup;
use bnonly::data::DataSource;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{TEXT, click, field, form, says, settings, settle, type_into};

/// A folder that is there on every machine.
fn chosen(_: &Ask) -> Option<Pending> {
    Some(Box::pin(ready(Some(std::env::temp_dir()))))
}

fn none(_: &Ask) -> Option<Pending> {
    None
}

fn fails(_: &Ask) -> Option<Pending> {
    Some(Box::pin(ready(None)))
}

fn never(_: &Ask) -> Option<Pending> {
    Some(Box::pin(pending()))
}

#[test]
fn a_chosen_folder_becomes_the_data() {
    let mut form = form(Setup::with_dialogs(chosen));
    click(&mut form, Role::Button, "Folder…");
    assert_eq!(settings(&form).data, std::env::temp_dir().as_path().into());
    assert!(form.state().replies.iter().any(|reply| reply.data_changed));
}

#[test]
fn a_window_that_is_given_no_drops_says_so_beside_the_buttons() {
    let said = "Files cannot be dropped here";
    assert!(!says(&form(Setup::with_dialogs(chosen)), said));
    let mut setup = Setup::with_dialogs(chosen);
    setup.takes_no_drops();
    assert!(says(&form(setup), said));
}

#[test]
fn without_dialogs_a_path_can_be_typed() {
    for service in [none, fails] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let mut form = form(Setup::with_dialogs(service));
        click(&mut form, Role::Button, "Folder…");
        let why = ["offers no file dialog", "did not open"];
        assert!(why.iter().any(|why| says(&form, why)));
        let name = form
            .get_all_by_role(TEXT)
            .filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label())
            .find(|name| name.contains("Type the path"))
            .expect("the field to type into");
        type_into(&mut form, TEXT, &name, "/nowhere/at/all");
        assert!(says(&form, "There is no folder /nowhere/at/all"));
        type_into(&mut form, TEXT, &name, &path);
        assert_eq!(settings(&form).data, path.as_str().into());
        assert!(!says(&form, "Type the path"));
    }
}

#[test]
fn a_question_can_be_left() {
    let mut form = form(Setup::with_dialogs(none));
    click(&mut form, Role::Button, "Archive or file…");
    assert!(says(&form, "Type the path"));
    form.key_press(Key::Escape);
    settle(&mut form);
    assert!(!says(&form, "Type the path"));
    click(&mut form, Role::Button, "Folder…");
    click(&mut form, Role::Button, "Cancel");
    assert!(!says(&form, "Type the path"));
    assert_eq!(settings(&form).data, DataSource::Digits);
}

#[test]
fn frames_go_on_while_the_system_asks() {
    let mut form = form(Setup::with_dialogs(never));
    click(&mut form, Role::Button, "Folder…");
    // `run` fails where a frame asks for the next without end.
    form.run();
    click(&mut form, Role::CheckBox, "Shortcuts");
    assert!(!settings(&form).shortcut);
}

#[test]
fn a_path_to_save_to_needs_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut dialog: Dialog<u32> = Dialog::with_service(none);
    let ask = Ask {
        title: "Curves as CSV".into(),
        kind: Kind::Save("curves.csv".into()),
        endings: vec!["csv".into()],
        directory: Some(folder.path().to_owned()),
    };
    dialog.ask(3, ask);
    let ui = |ui: &mut egui::Ui, (dialog, answers): &mut (Dialog<u32>, Vec<Answer<u32>>)| {
        answers.extend(dialog.poll(ui.ctx()));
    };
    let mut harness = Harness::new_ui_state(ui, (dialog, Vec::new()));
    harness.run();
    harness
        .get_by_role_and_label(Role::Button, "Use this path")
        .click();
    harness.run();
    let (dialog, answers) = harness.state();
    let path = folder.path().join("curves.csv");
    assert_eq!(*answers, [Answer { purpose: 3, path }]);
    assert!(!dialog.is_open());
}

#[test]
fn what_is_dropped_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("run")).unwrap();
    std::fs::write(at("run/config.toml"), "").unwrap();
    std::fs::create_dir_all(at("images")).unwrap();
    std::fs::create_dir_all(at("experiment")).unwrap();
    std::fs::write(at("experiment/experiment.toml"), "").unwrap();
    type Kind = fn(PathBuf) -> Dropped;
    // What a file is says more than its name.
    let torch = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
    for name in ["pytorch_model.bin", "model_best.pth.tar", "weights"] {
        std::fs::write(at(name), torch).unwrap();
    }
    let cases: [(&str, Kind, &str); 15] = [
        ("run", Dropped::Run, "run"),
        ("run/config.toml", Dropped::Run, "run"),
        ("images", Dropped::Data, "images"),
        (
            "experiment",
            Dropped::Experiment,
            "experiment/experiment.toml",
        ),
        ("mine.toml", Dropped::Experiment, "mine.toml"),
        (
            "cifar-10-binary.tar.gz",
            Dropped::Data,
            "cifar-10-binary.tar.gz",
        ),
        ("images/data_batch_1.bin", Dropped::Data, "images"),
        ("images/train-images-idx3-ubyte.gz", Dropped::Data, "images"),
        ("last.SAFETENSORS", Dropped::State, "last.SAFETENSORS"),
        ("model.pth", Dropped::State, "model.pth"),
        ("resnet20.th", Dropped::State, "resnet20.th"),
        ("pytorch_model.bin", Dropped::State, "pytorch_model.bin"),
        ("model_best.pth.tar", Dropped::State, "model_best.pth.tar"),
        ("weights", Dropped::State, "weights"),
        (
            "run/checkpoints/best.safetensors",
            Dropped::State,
            "run/checkpoints/best.safetensors",
        ),
    ];
    for (dropped, kind, path) in cases {
        assert_eq!(Dropped::of(&at(dropped)), kind(at(path)), "{dropped}");
    }
    let Dropped::Unknown(sentence) = Dropped::of(&at("letter.doc")) else {
        panic!("a letter is no data");
    };
    assert!(
        sentence.contains("letter.doc") && sentence.contains("drop a folder"),
        "{sentence}"
    );
}

#[test]
fn the_typed_path_is_asked_for_from_the_list() {
    let mut form = form(Setup::with_dialogs(never));
    super::pick(&mut form, "Images", "Type a path …");
    let name = "Type the path:";
    let path = std::env::temp_dir();
    assert!(field(&form, TEXT, name).is_focused());
    type_into(&mut form, TEXT, name, &path.display().to_string());
    assert_eq!(settings(&form).data.path(), Some(&*path));
}

/// A question for a path that has to be typed, beginning in a folder.
fn typed_in(folder: &std::path::Path) -> Harness<'static, (Dialog<u32>, Vec<Answer<u32>>)> {
    let mut dialog: Dialog<u32> = Dialog::with_service(none);
    let ask = Ask {
        title: "A folder".into(),
        kind: Kind::Folder,
        endings: Vec::new(),
        directory: Some(folder.to_owned()),
    };
    dialog.ask(1, ask);
    let ui = |ui: &mut egui::Ui, (dialog, answers): &mut (Dialog<u32>, Vec<Answer<u32>>)| {
        answers.extend(dialog.poll(ui.ctx()));
    };
    let mut harness = Harness::new_ui_state(ui, (dialog, Vec::new()));
    harness.run();
    harness
}

#[test]
fn a_typed_path_is_selected_at_first_and_completed_by_tab() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = folder.path().join("photographs");
    std::fs::create_dir(&wanted).unwrap();
    let mut harness = typed_in(folder.path());
    // What is typed replaces the path that was there.
    let begun = folder.path().join("pho").display().to_string();
    harness.event(egui::Event::Text(begun));
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    let shown = format!("{}{}", wanted.display(), std::path::MAIN_SEPARATOR);
    let field = harness.get_by_role(TEXT);
    let value = egui_kittest::kittest::NodeT::accesskit_node(&field).value();
    assert_eq!(value.as_deref(), Some(&*shown));
    assert!(field.is_focused(), "it can be typed on");
    // With nothing to complete, Tab goes on.
    harness.key_press(Key::Tab);
    harness.run();
    assert!(harness.get_by_label("Use this path").is_focused());
    harness.get_by_label("Use this path").click();
    harness.run();
    let path = std::path::absolute(&shown).unwrap();
    assert_eq!(harness.state().1, [Answer { purpose: 1, path }]);
}

#[test]
fn a_path_that_is_wrong_keeps_the_focus() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = typed_in(folder.path());
    harness.event(egui::Event::Text("/nowhere/at/all".into()));
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_label_contains("There is no folder");
    assert!(harness.get_by_role(TEXT).is_focused());
    harness.get_by_label("Use this path").click();
    harness.run();
    assert!(harness.get_by_role(TEXT).is_focused());
}
