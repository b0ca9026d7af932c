//! What is wrong is told where it is.

use bnonly::app::setup::Setup;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{NUMBER, TEXT, click, field, form, pick, problem, says, settings, settle, type_into};

#[test]
fn a_bad_value_is_told_at_its_field_until_it_is_good() {
    let cases = [
        (
            TEXT,
            "Network",
            "resnet-15",
            "try resnet-14 or resnet-20",
            "resnet-14",
        ),
        (TEXT, "Network", "vgg-12", "vgg-11, vgg-13", "vgg-11"),
        (
            NUMBER,
            "Width",
            "0",
            "0 cannot be used; expected a whole number of channels, at least 1",
            "8",
        ),
        (
            NUMBER,
            "Batch",
            "0",
            "0 cannot be used; expected a whole number of images, at least 1",
            "8",
        ),
        (
            NUMBER,
            "Train for",
            "0",
            "0 cannot be used; expected a whole number of epochs",
            "8",
        ),
        (
            NUMBER,
            "Learning rate",
            "-1",
            "-1 cannot be used; expected a finite number",
            "0.5",
        ),
        (
            NUMBER,
            "Factor",
            "0",
            "0 cannot be used; expected a finite factor above 0",
            "0.5",
        ),
        (
            TEXT,
            "At epochs",
            "80, 60",
            "cannot be used; expected constant, cosine, one-cycle, or step: with ascending",
            "60, 80",
        ),
        (
            TEXT,
            "Seed",
            "seven",
            "cannot be used; expected a whole number",
            "7",
        ),
        (
            TEXT,
            "Seed",
            "9223372036854775808",
            "cannot be used; expected a whole number",
            "7",
        ),
    ];
    for (role, name, bad, sentence, good) in cases {
        let mut form = form(Setup::default());
        type_into(&mut form, role, name, bad);
        let found = problem(&form).unwrap_or_default();
        assert!(found.contains(sentence), "{name} = {bad}: {found}");
        assert!(found.starts_with(name) || name == "At epochs", "{found}");
        assert!(
            !found.contains("--"),
            "an option of the command line: {found}"
        );
        // At the field, and again at the bottom.
        let told: Vec<f32> = form
            .query_all_by_label_contains(sentence)
            .map(|node| node.rect().top())
            .collect();
        assert_eq!(told.len(), 2, "{name} = {bad}");
        let place = field(&form, role, name).rect().bottom();
        assert!(
            (0.0..12.0).contains(&(told[0] - place)),
            "{told:?} below {place}"
        );
        type_into(&mut form, role, name, good);
        assert_eq!(problem(&form), None, "{name} = {good}");
        assert!(!says(&form, sentence));
    }
}

#[test]
fn what_is_no_number_changes_nothing() {
    let mut form = form(Setup::default());
    for text in ["nan", "inf", "much", ""] {
        type_into(&mut form, NUMBER, "Learning rate", text);
        assert_eq!(settings(&form).lr, 0.1, "{text:?}");
    }
}

#[test]
fn a_path_that_leads_nowhere_is_told_at_its_field() {
    let mut setup = Setup::default();
    setup.set_data("/nowhere/at/all");
    let mut form = form(setup);
    let found = problem(&form).unwrap();
    assert!(
        found.starts_with("Images: there is no file or folder /nowhere/at/all"),
        "{found}"
    );
    // What looks like an option is part of the path.
    form.state_mut().setup.set_data("/nowhere/--width");
    settle(&mut form);
    let found = problem(&form).unwrap();
    assert!(found.contains("/nowhere/--width;"), "{found}");
    pick(&mut form, "Images", "made-up shapes");
    assert_eq!(problem(&form), None);
    assert!(form.state().replies.iter().any(|reply| reply.data_changed));
}

#[test]
fn parts_fold_and_say_what_they_hide() {
    let mut form = form(Setup::default());
    type_into(&mut form, TEXT, "Network", "resnet-15");
    click(&mut form, Role::DisclosureTriangle, "Network");
    assert!(form.query_by_role_and_label(NUMBER, "Width").is_none());
    assert!(form.query_by_role_and_label(NUMBER, "Batch").is_some());
    click(
        &mut form,
        Role::DisclosureTriangle,
        "Network (something is wrong here)",
    );
    assert!(form.query_by_role_and_label(NUMBER, "Width").is_some());
}
