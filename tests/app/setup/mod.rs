//! The form, with its real widgets.

mod dialogs;
mod fields;
mod keyboard;
mod needs;
mod presets;
mod problems;
mod remembered;

use std::time::{Duration, Instant};

use bnonly::app::setup::{Reply, Setup};
use bnonly::gpu::Capabilities;
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, Node};

/// The form in its panel, and what was said around it.
struct Panel {
    setup: Setup,
    adapters: Vec<Capabilities>,
    locked: bool,
    replies: Vec<Reply>,
}

type Form = Harness<'static, Panel>;

fn form(setup: Setup) -> Form {
    let panel = Panel {
        setup,
        adapters: Vec::new(),
        locked: false,
        replies: Vec::new(),
    };
    form_of(panel)
}

fn form_of(panel: Panel) -> Form {
    let ui = |ui: &mut egui::Ui, panel: &mut Panel| {
        let reply = panel.setup.ui(ui, &panel.adapters, panel.locked);
        panel.replies.push(reply);
    };
    // Tall, so that all fields are in sight.
    let harness = Harness::builder().with_size([300.0, 1800.0]);
    // What a run takes is worked out on a thread; an answer during a run, and the room that it needs,
    // take frames of their own.
    let harness = harness.with_max_steps(16);
    settled(harness.build_ui_state(ui, panel))
}

/// Goes on until what the run takes was worked out.
fn settled(mut form: Form) -> Form {
    settle(&mut form);
    form
}

fn settle(form: &mut Form) {
    let begin = Instant::now();
    form.run();
    while !form.state().setup.is_current() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "never worked out"
        );
        std::thread::sleep(Duration::from_millis(2));
        form.run();
    }
    form.run();
}

fn settings(form: &Form) -> &Settings {
    form.state().setup.settings()
}

fn problem(form: &Form) -> Option<String> {
    form.state().setup.problem()
}

fn field<'form>(form: &'form Form, role: Role, name: &'form str) -> Node<'form> {
    form.get_by_role_and_label(role, name)
}

/// Types over what a field holds.
fn type_into(form: &mut Form, role: Role, name: &str, text: &str) {
    field(form, role, name).focus();
    form.run();
    form.key_press_modifiers(Modifiers::COMMAND, Key::A);
    form.run();
    form.event(egui::Event::Text(text.to_owned()));
    form.run();
    form.key_press(Key::Enter);
    settle(form);
}

/// Chooses an entry of a list.
fn pick(form: &mut Form, name: &str, entry: &str) {
    field(form, Role::ComboBox, name).click();
    form.run();
    field(form, Role::Button, entry).click();
    settle(form);
}

fn click(form: &mut Form, role: Role, name: &str) {
    field(form, role, name).click();
    settle(form);
}

fn says(form: &Form, text: &str) -> bool {
    form.query_all_by_label_contains(text).next().is_some()
}

const TEXT: Role = Role::TextInput;
const NUMBER: Role = Role::SpinButton;
