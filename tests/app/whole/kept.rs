//! What is kept from one start of the program to the next.

use bnonly::app::curves::{Curves, Quantity};
use bnonly::app::shell::Shell;
use bnonly::app::switching_off::SwitchingOff;
use egui::Key;
use egui::accesskit::Role;

use super::{App, Begin, Memory, settings};

fn begun_with(stored: Memory) -> App {
    Begin {
        stored: Some(stored),
        settings: None,
        ..Begin::default()
    }
    .app()
}

fn kept(shell: &Shell) -> Memory {
    let mut memory = Memory::default();
    shell.keep(&mut memory);
    memory
}

#[test]
fn choices_and_layout_are_there_at_the_next_start() {
    let mut app = App::new();
    app.settle();
    app.type_over(Role::TextInput, "Seed", "17");
    app.press("Accuracy");
    app.press("Images");
    app.press("Share off");
    let stored = kept(app.shell());
    drop(app);

    let mut app = begun_with(stored.clone());
    app.settle();
    assert_eq!(app.shell_mut().setup_mut().settings().seed, 17);
    assert_eq!(
        app.shell_mut().setup_mut().settings().model,
        settings().model
    );
    assert_eq!(app.shell().view::<Curves>().quantity, Quantity::Accuracy);
    assert!(app.says("here are its test images"));
    assert!(app.says("the share of channels that are switched off"));
    app.command(Key::B);
    let stored = kept(app.shell());
    drop(app);

    let mut app = begun_with(stored);
    app.settle();
    assert!(!app.says("What it will take"), "the form was hidden");
    app.choose("View", "Put all panes back");
    app.settle();
    assert!(app.says("here you switch its channels off"));
}

#[test]
fn rubbish_in_the_storage_starts_as_at_first() {
    let names: Vec<String> = kept(App::new().shell()).0.into_keys().collect();
    assert!(names.len() >= 8, "{names:?}");
    for rubbish in [
        "",
        "(((",
        "true",
        "Some(\u{0}",
        "{\"root\":99}",
        "\"[settings]\\nlr = nan\"",
    ] {
        let entries = names.iter().map(|name| (name.clone(), rubbish.to_owned()));
        let mut app = begun_with(Memory(entries.collect()));
        app.settle();
        assert!(app.says("here you switch its channels off"), "{rubbish}");
        assert!(app.says("Press Start"), "{rubbish}");
    }
}

#[test]
fn a_layout_without_a_pane_starts_as_at_first() {
    let mut stored = kept(App::new().shell());
    let panes = stored.0.get_mut("panes").unwrap();
    assert!(panes.contains("SwitchingOff"), "{panes}");
    *panes = panes.replace("SwitchingOff", "Images");
    let mut app = begun_with(stored);
    app.settle();
    assert!(app.says("here you switch its channels off"));
}

#[test]
fn channels_chosen_in_an_earlier_version_are_still_off() {
    let mut stored = kept(App::new().shell());
    stored.0.remove("switched-off").unwrap();
    let former = "(choice:(threshold:0.25,with_beta:true,tested:All),follow:true,compare:false)";
    stored.0.insert("switching-off".into(), former.into());
    let app = begun_with(stored);
    let choice = &app.shell().shared().chosen.choice;
    assert_eq!((choice.threshold, choice.with_beta), (0.25, true));
    assert!(app.shell().view::<SwitchingOff>().follows());
}
