//! The form, with its real widgets.

use std::time::{Duration, Instant};

use bnonly::app::presets::{self, Preset};
use bnonly::app::setup::{Reply, Setup};
use bnonly::data::{DataShape, shapes};
use bnonly::engine::memory_needed;
use bnonly::gpu::Capabilities;
use bnonly::train::delta::Delta;
use bnonly::train::schedule::Schedule;
use bnonly::train::settings::{OptimizerKind, Settings};
use bnonly::train::start::{self, Start};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
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

#[test]
fn typed_and_picked_values_become_settings() {
    let mut form = form(Setup::default());
    type_into(&mut form, TEXT, "Network", "resnet-20");
    type_into(&mut form, NUMBER, "Width", "24");
    click(&mut form, Role::CheckBox, "Shortcuts");
    click(&mut form, Role::CheckBox, "BatchNorm after the activation");
    pick(&mut form, "Trains", "BatchNorm and output");
    pick(&mut form, "γ and β start", "γ 1, β 0");
    type_into(&mut form, NUMBER, "Train for", "12");
    type_into(&mut form, NUMBER, "Batch", "64");
    type_into(&mut form, TEXT, "At epochs", "6, 9");
    type_into(&mut form, NUMBER, "Factor", "0.2");
    type_into(&mut form, TEXT, "Seed", "9007199254740993");
    let expected = Settings {
        model: "resnet-20".into(),
        width: Some(24),
        shortcut: false,
        bn_after_activation: true,
        train: "bn+output".into(),
        bn_init: "ones".into(),
        epochs: 12,
        batch_size: 64,
        schedule: Schedule::Step(vec![6, 9]),
        lr_gamma: 0.2,
        seed: 9_007_199_254_740_993,
        ..Settings::default()
    };
    assert_eq!(*settings(&form), expected);
    assert_eq!(problem(&form), None);
    assert!(form.state().replies.iter().any(|reply| reply.changed));
    assert!(!form.state().replies.iter().any(|reply| reply.data_changed));
}

#[test]
fn the_rest_is_under_more() {
    let mut form = form(Setup::default());
    for more in [
        "More: size, limits, split",
        "More: first state, statistics",
        "More: momentum, decay, order",
    ] {
        click(&mut form, Role::DisclosureTriangle, more);
    }
    type_into(&mut form, NUMBER, "Resize to", "24");
    click(&mut form, Role::CheckBox, "Training limit");
    type_into(&mut form, NUMBER, "Training limit, number", "2,500");
    click(&mut form, Role::CheckBox, "Test share");
    click(&mut form, Role::CheckBox, "Freeze running statistics");
    type_into(&mut form, NUMBER, "Momentum", "0.5");
    click(&mut form, Role::CheckBox, "Nesterov's momentum");
    type_into(&mut form, NUMBER, "Weight decay", "1e-5");
    type_into(&mut form, NUMBER, "Warm-up", "0.5");
    click(&mut form, Role::CheckBox, "New order each epoch");
    click(&mut form, Role::CheckBox, "Crop and flip at random");
    let expected = Settings {
        image_size: 24,
        limit_train: Some(2_500),
        test_fraction: Some(0.2),
        freeze_stats: true,
        momentum: 0.5,
        nesterov: true,
        weight_decay: 1e-5,
        warmup_epochs: 0.5,
        shuffle: false,
        augment: false,
        ..Settings::default()
    };
    assert_eq!(*settings(&form), expected);
}

#[test]
fn the_optimiser_shows_the_fields_that_matter_for_it() {
    let mut form = form(Setup::default());
    click(
        &mut form,
        Role::DisclosureTriangle,
        "More: momentum, decay, order",
    );
    click(&mut form, Role::CheckBox, "Nesterov's momentum");
    pick(&mut form, "Optimiser", "Adam");
    assert_eq!(settings(&form).optimizer, OptimizerKind::Adam);
    assert!(form.query_by_role_and_label(NUMBER, "Momentum").is_none());
    assert_eq!(problem(&form), None, "a hidden switch is in the way");
    pick(&mut form, "Schedule", "rises, then falls");
    assert_eq!(settings(&form).schedule, Schedule::OneCycle);
    assert!(form.query_by_role_and_label(TEXT, "At epochs").is_none());
    pick(&mut form, "Schedule", "falls at epochs");
    assert_eq!(settings(&form).schedule, Schedule::Step(vec![80, 120]));
}

#[test]
fn the_learning_rate_slides_by_its_logarithm() {
    let mut form = form(Setup::default());
    let slider = field(&form, Role::Slider, "Learning rate").rect();
    form.drag_at(slider.left_center() + egui::vec2(1.0, 0.0));
    form.run();
    form.drop_at(slider.left_center() + egui::vec2(1.0, 0.0));
    settle(&mut form);
    let lowest = settings(&form).lr;
    assert!((1e-5..2e-5).contains(&lowest), "{lowest}");
    type_into(&mut form, NUMBER, "Learning rate", "0.00035");
    assert_eq!(settings(&form).lr, 0.00035);
}

#[test]
fn length_can_be_in_steps() {
    let mut form = form(Setup::default());
    pick(&mut form, "Unit of length", "steps");
    // 160 epochs of 79 batches.
    assert_eq!(settings(&form).max_steps, Some(12_640));
    type_into(&mut form, NUMBER, "Train for", "500");
    assert_eq!(settings(&form).max_steps, Some(500));
    assert!(says(&form, "500 steps, 79 an epoch"));
    pick(&mut form, "Unit of length", "epochs");
    assert_eq!(
        (settings(&form).max_steps, settings(&form).epochs),
        (None, 160)
    );
}

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
            "Width is 0; expected at least 1 channel",
            "8",
        ),
        (
            NUMBER,
            "Batch",
            "0",
            "Batch is 0; expected at least 1 image",
            "8",
        ),
        (NUMBER, "Train for", "0", "Train for is 0", "8"),
        (
            NUMBER,
            "Learning rate",
            "-1",
            "Learning rate is -1; expected a finite number",
            "0.5",
        ),
        (
            NUMBER,
            "Factor",
            "0",
            "Factor is 0; expected a finite factor above 0",
            "0.5",
        ),
        (
            TEXT,
            "At epochs",
            "80, 60",
            "no list of epochs; expected ascending",
            "60, 80",
        ),
        (
            TEXT,
            "Seed",
            "seven",
            "no seed; expected a whole number",
            "7",
        ),
        (
            TEXT,
            "Seed",
            "9223372036854775808",
            "no seed; expected a whole number",
            "7",
        ),
    ];
    for (role, name, bad, sentence, good) in cases {
        let mut form = form(Setup::default());
        type_into(&mut form, role, name, bad);
        let found = problem(&form).unwrap_or_default();
        assert!(found.contains(sentence), "{name} = {bad}: {found}");
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
fn names_and_random_weights_have_fields_of_their_own() {
    let mut form = form(Setup::default());
    pick(&mut form, "Trains", "Random weights");
    type_into(&mut form, NUMBER, "Weights", "3");
    assert_eq!(settings(&form).train, "random:3");
    type_into(&mut form, NUMBER, "Weights", "1000");
    let found = problem(&form).unwrap();
    assert!(found.contains("the most here is 576"), "{found}");
    pick(&mut form, "Trains", "Names or globs");
    assert_eq!(problem(&form), None);
    type_into(&mut form, TEXT, "Parameters", "blocks.9.*");
    let found = problem(&form).unwrap();
    assert!(
        found.contains("`blocks.9.*` matches no parameter"),
        "{found}"
    );
    // A word on the way to a name does not take the field away.
    type_into(&mut form, TEXT, "Parameters", "bn");
    type_into(&mut form, TEXT, "Parameters", "bn.weight, fc.bias");
    assert_eq!(problem(&form), None);
    assert_eq!(form.state().setup.needs().unwrap().trained, 26);
    pick(&mut form, "Trains", "Everything");
    assert_eq!(settings(&form).train, "all");
    assert_eq!(form.state().setup.needs().unwrap().share(), 1.0);
}

#[test]
fn what_a_run_takes_is_counted() {
    let mut form = form(Setup::default());
    let needs = form.state().setup.needs().unwrap().clone();
    assert_eq!((needs.trained, needs.parameters), (1_120, 175_258));
    assert!(says(&form, "1,120 (0.64 %)") && says(&form, "175,258"));
    // 10,000 images in batches of 128.
    assert_eq!((needs.steps_per_epoch, needs.steps), (79, 79 * 160));
    assert!(says(&form, "12,640 steps, 79 an epoch"));

    let settings = settings(&form).clone();
    let memory = |train: &str| {
        let settings = Settings {
            train: train.into(),
            ..settings.clone()
        };
        let (graph, trained) = start::prepare(&settings, &shapes::SHAPE).unwrap();
        memory_needed(&graph, &start::plan(&settings, &shapes::SHAPE, trained)).unwrap()
    };
    assert_eq!(needs.memory, memory("bn"));
    assert_eq!(needs.memory_of_all, memory("all"));
    assert!(needs.memory.total() < needs.memory_of_all.total());
    click(&mut form, Role::CheckBox, "Memory by part");
    assert!(says(&form, "activations") && says(&form, "optimiser"));
}

#[test]
fn the_size_of_the_result_is_within_a_few_percent() {
    for train in ["bn", "random:2", "output", "all"] {
        let settings = Settings {
            train: train.into(),
            ..Settings::default()
        };
        let start = Start::new(&settings, &shapes::SHAPE).unwrap();
        let delta = Delta::of(
            &start.graph,
            &start.state,
            &start.trained,
            &settings,
            &start.base,
        );
        let mut file = Vec::new();
        delta.write(&mut file).unwrap();
        let mut setup = Setup::default();
        setup.set_settings(settings);
        let form = form(setup);
        let told = form.state().setup.needs().unwrap().delta_bytes as f64;
        let off = told / file.len() as f64 - 1.0;
        assert!(off.abs() < 0.05, "{train}: {told} for {}", file.len());
    }
}

#[test]
fn images_of_unknown_shape_are_assumed_and_then_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let mut setup = Setup::default();
    setup.set_data(&path);
    let mut form = form(setup);
    assert!(says(&form, "assuming 32×32×3, 10 classes"));
    assert_eq!(form.state().setup.needs().unwrap().parameters, 175_258);
    let shape = DataShape {
        channels: 1,
        height: 28,
        width: 28,
        classes: 12,
        train: 640,
        test: 64,
    };
    form.state_mut().setup.set_shape(&path, shape);
    settle(&mut form);
    assert!(!says(&form, "assuming"));
    let needs = form.state().setup.needs().unwrap();
    // Two channels fewer into 16 filters of 3×3, two classes more of 64 weights and a bias.
    assert_eq!(needs.parameters, 175_258 - 2 * 16 * 9 + 2 * 65);
    assert_eq!(needs.steps_per_epoch, 5);
}

#[test]
fn a_count_that_a_limit_had_cut_is_not_taken_for_all() {
    let mut setup = Setup::default();
    setup.set_settings(Settings {
        data: "/somewhere".into(),
        limit_train: Some(100),
        ..Settings::default()
    });
    let cut = DataShape {
        train: 100,
        ..shapes::SHAPE
    };
    setup.set_shape("/somewhere", cut);
    assert_eq!(setup.shape(), (cut, true));
    let more = Settings {
        limit_train: Some(300),
        ..setup.settings().clone()
    };
    setup.set_settings(more);
    let (shape, is_known) = setup.shape();
    assert_eq!((shape.train, is_known), (300, false));
}

#[test]
fn a_path_that_leads_nowhere_is_told_at_its_field() {
    let mut setup = Setup::default();
    setup.set_data("/nowhere/at/all");
    let mut form = form(setup);
    let found = problem(&form).unwrap();
    assert!(
        found.starts_with("There is no file or folder /nowhere/at/all"),
        "{found}"
    );
    pick(&mut form, "Images", "made-up shapes");
    assert_eq!(problem(&form), None);
    assert!(form.state().replies.iter().any(|reply| reply.data_changed));
}

#[test]
fn presets_change_only_what_they_are_about() {
    let mine = Settings {
        data: "/my/images".into(),
        seed: 17,
        epochs: 5,
        max_steps: Some(123),
        limit_train: Some(1_000),
        limit_test: Some(100),
        batch_size: 32,
        lr: 0.05,
        model: "vgg-11".into(),
        ..Settings::default()
    };
    for preset in presets::ALL {
        let mut changed = mine.clone();
        preset.apply(&mut changed);
        assert!(preset.is_applied(&changed), "{}", preset.name);
        start::check(&changed).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert_eq!(
            (&changed.data, changed.seed),
            (&mine.data, 17),
            "{}",
            preset.name
        );
        assert!(!preset.about.is_empty());
        if preset.group == "Whole runs" {
            continue;
        }
        let back = Settings {
            model: mine.model.clone(),
            width: mine.width,
            shortcut: mine.shortcut,
            bn_after_activation: mine.bn_after_activation,
            train: mine.train.clone(),
            bn_init: mine.bn_init.clone(),
            ..changed
        };
        assert_eq!(back, mine, "{}", preset.name);
    }
}

#[test]
fn a_preset_is_named_as_long_as_the_settings_are_its() {
    let mut form = form(Setup::default());
    pick(&mut form, "Preset", "First look");
    let seen = settings(&form);
    assert_eq!(
        (seen.model.as_str(), seen.epochs, seen.limit_train),
        ("resnet-8", 3, Some(5_000))
    );
    assert_eq!(
        (seen.optimizer, &seen.schedule),
        (OptimizerKind::Adam, &Schedule::OneCycle)
    );
    let about = Preset::named("First look").unwrap().about;
    assert!(says(&form, &about[..40]));
    type_into(&mut form, NUMBER, "Batch", "17");
    assert!(!says(&form, &about[..40]));
    pick(&mut form, "Preset", "The paper's recipe");
    let seen = settings(&form);
    assert_eq!((seen.epochs, seen.batch_size, seen.lr), (160, 128, 0.1));
    assert_eq!(seen.schedule, Schedule::Step(vec![80, 120]));
    assert_eq!(seen.limit_train, None);
    let milestones = field(&form, TEXT, "At epochs").accesskit_node().value();
    assert_eq!(milestones.as_deref(), Some("80, 120"));
}

#[test]
fn a_preset_takes_a_half_typed_value_away() {
    let mut form = form(Setup::default());
    type_into(&mut form, TEXT, "Seed", "not yet");
    assert!(problem(&form).is_some());
    pick(&mut form, "Preset", "Everything");
    assert_eq!(problem(&form), None);
    assert_eq!(
        field(&form, TEXT, "Seed")
            .accesskit_node()
            .value()
            .as_deref(),
        Some("0")
    );
}

#[test]
fn the_die_throws_another_seed() {
    let mut form = form(Setup::default());
    let mut seeds = vec![0];
    for _ in 0..4 {
        click(&mut form, Role::Button, "Another seed, by chance");
        seeds.push(settings(&form).seed);
        let shown = field(&form, TEXT, "Seed").accesskit_node().value();
        assert_eq!(shown, Some(settings(&form).seed.to_string()));
    }
    seeds.dedup();
    assert!(seeds.len() > 3, "{seeds:?}");
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

#[test]
fn the_keyboard_reaches_the_fields_in_their_order() {
    let mut form = form(Setup::default());
    let mut order: Vec<String> = Vec::new();
    for _ in 0..60 {
        form.key_press(Key::Tab);
        form.run();
        let focused = form
            .root()
            .children_recursive()
            .find(|node| node.is_focused());
        let name = focused.and_then(|node| node.accesskit_node().label());
        order.extend(name);
    }
    let expected = [
        "Preset",
        "Data",
        "Images",
        "Folder…",
        "Archive or file…",
        "Network",
        "Width",
        "Shortcuts",
        "Trains",
        "γ and β start",
        "Train for",
        "Batch",
        "Optimiser",
        "Learning rate",
        "Schedule",
        "At epochs",
        "Factor",
        "Seed",
        "Adapter",
        "Runs go to",
        "Memory by part",
    ];
    let start = order.iter().position(|name| name == "Preset");
    let mut rest = order[start.expect("the first field is reached")..].iter();
    for name in expected {
        assert!(
            rest.any(|reached| reached == name),
            "{name} is not reached in order: {order:?}"
        );
    }
}

#[test]
fn a_run_under_way_leaves_the_form_to_be_read() {
    let panel = Panel {
        setup: Setup::default(),
        adapters: Vec::new(),
        locked: true,
        replies: Vec::new(),
    };
    let mut form = form_of(panel);
    assert!(says(&form, "A run is under way"));
    for (role, name) in [
        (NUMBER, "Batch"),
        (TEXT, "Network"),
        (Role::ComboBox, "Trains"),
        (Role::ComboBox, "Preset"),
    ] {
        assert!(
            field(&form, role, name).accesskit_node().is_disabled(),
            "{name}"
        );
    }
    click(&mut form, Role::CheckBox, "Shortcuts");
    click(&mut form, Role::Button, "Another seed, by chance");
    assert_eq!(*settings(&form), Settings::default());
    // Parts still fold.
    click(&mut form, Role::DisclosureTriangle, "Training");
    assert!(form.query_by_role_and_label(NUMBER, "Batch").is_none());
    form.state_mut().locked = false;
    settle(&mut form);
    click(&mut form, Role::CheckBox, "Shortcuts");
    assert!(!settings(&form).shortcut);
}

fn adapter(name: &str, backend: wgpu::Backend) -> Capabilities {
    Capabilities {
        name: name.into(),
        driver: String::new(),
        backend,
        device_type: wgpu::DeviceType::DiscreteGpu,
        max_buffer_bytes: 1 << 30,
        max_binding_bytes: 1 << 27,
        max_storage_buffers: 8,
        max_invocations: 256,
        max_workgroups: 65_535,
        storage_alignment: 256,
    }
}

#[test]
fn an_adapter_is_asked_for_by_name_or_else_by_number() {
    let panel = Panel {
        setup: Setup::default(),
        adapters: vec![
            adapter("Alpha", wgpu::Backend::Vulkan),
            adapter("Beta", wgpu::Backend::Vulkan),
            adapter("Beta", wgpu::Backend::Vulkan),
        ],
        locked: false,
        replies: Vec::new(),
    };
    let mut form = form_of(panel);
    pick(&mut form, "Adapter", "1: Beta (vulkan)");
    let choice = form.state().setup.adapter().clone();
    assert_eq!(
        (choice.adapter.as_deref(), choice.backend),
        (Some("Beta"), Some(wgpu::Backend::Vulkan))
    );
    pick(&mut form, "Adapter", "2: Beta (vulkan)");
    let choice = form.state().setup.adapter().clone();
    assert_eq!(
        (choice.adapter.as_deref(), choice.backend),
        (Some("2"), None)
    );
    form.state_mut().adapters.truncate(2);
    settle(&mut form);
    let found = problem(&form).unwrap();
    assert!(found.contains("adapter 2 is not there any more"), "{found}");
    pick(&mut form, "Adapter", "most capable");
    assert_eq!(problem(&form), None);
    assert_eq!(form.state().setup.adapter().adapter, None);
}

/// What is told or explained above a field comes and goes while it is typed into.
#[test]
fn a_field_keeps_the_focus_while_others_are_commented_on() {
    let mut form = form(Setup::default());
    pick(&mut form, "Preset", "First look");
    for (role, name) in [(TEXT, "Network"), (NUMBER, "Batch"), (TEXT, "Seed")] {
        field(&form, role, name).focus();
        form.run();
        for letter in ["4", "x", "5"] {
            form.event(egui::Event::Text(letter.to_owned()));
            settle(&mut form);
            let is_focused = form.root().children_recursive().any(|node| {
                node.is_focused() && node.accesskit_node().label().as_deref() == Some(name)
            });
            assert!(is_focused, "{name} after {letter}");
        }
        form.key_press(Key::Escape);
        let preset = Preset::named("First look").unwrap();
        form.state_mut().setup.apply(preset);
        settle(&mut form);
    }
}
