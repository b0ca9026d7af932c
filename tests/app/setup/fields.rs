//! What is typed and picked becomes settings.

use bnonly::app::setup::Setup;
use bnonly::data::Normalization;
use bnonly::gpu::Capabilities;
use bnonly::kernels::Precision;
use bnonly::train::schedule::Schedule;
use bnonly::train::settings::{OptimizerKind, Settings};
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{
    NUMBER, Panel, TEXT, click, field, form, form_of, pick, problem, says, settings, settle,
    type_into,
};

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
        model: "resnet-20".parse().unwrap(),
        width: Some(24),
        shortcut: false,
        bn_after_activation: true,
        train: "bn+output".parse().unwrap(),
        bn_init: "ones".parse().unwrap(),
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
    type_into(&mut form, NUMBER, "Split", "5");
    click(&mut form, Role::CheckBox, "Least of a class");
    type_into(&mut form, TEXT, "Background", "#80c0ff");
    type_into(&mut form, TEXT, "Normalised by", "cifar10");
    click(&mut form, Role::CheckBox, "Go on without bad images");
    pick(&mut form, "Weights start", "Orthogonal");
    click(&mut form, Role::CheckBox, "Freeze running statistics");
    type_into(&mut form, NUMBER, "Momentum", "0.5");
    click(&mut form, Role::CheckBox, "Nesterov's momentum");
    type_into(&mut form, NUMBER, "Weight decay", "1e-5");
    type_into(&mut form, NUMBER, "Warm-up", "0.5");
    click(&mut form, Role::CheckBox, "New order each epoch");
    click(&mut form, Role::CheckBox, "Crop and flip at random");
    pick(&mut form, "Precision", "f16");
    let expected = Settings {
        image_size: 24,
        limit_train: Some(2_500),
        test_fraction: Some(0.2),
        split_seed: 5,
        min_images: Some(2),
        background: "#80c0ff".parse().unwrap(),
        normalization: Normalization::Cifar10,
        skip_bad: true,
        weights_init: "orthogonal".parse().unwrap(),
        freeze_stats: true,
        momentum: 0.5,
        nesterov: true,
        weight_decay: 1e-5,
        warmup_epochs: 0.5,
        shuffle: false,
        augment: false,
        precision: Precision::F16,
        ..Settings::default()
    };
    assert_eq!(*settings(&form), expected);
}

#[test]
fn an_adapter_without_f16_is_told_at_the_field() {
    let mut form = form_of(Panel {
        setup: Setup::default(),
        adapters: vec![adapter("Alpha", wgpu::Backend::Vulkan)],
        locked: false,
        replies: Vec::new(),
    });
    click(
        &mut form,
        Role::DisclosureTriangle,
        "More: momentum, decay, order",
    );
    pick(&mut form, "Precision", "f16");
    let found = problem(&form).unwrap();
    let expected = "Precision: f16 cannot be used: the adapter Alpha does not have it; expected f32; \
                    change Precision or Adapter";
    assert_eq!(found, expected);
    pick(&mut form, "Precision", "f32");
    assert_eq!(problem(&form), None);
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
    // 160 epochs of 469 batches.
    assert_eq!(settings(&form).max_steps, Some(75_040));
    type_into(&mut form, NUMBER, "Train for", "500");
    assert_eq!(settings(&form).max_steps, Some(500));
    assert!(says(&form, "500 steps, 469 an epoch"));
    pick(&mut form, "Unit of length", "epochs");
    assert_eq!(
        (settings(&form).max_steps, settings(&form).epochs),
        (None, 160)
    );
}

#[test]
fn names_and_random_weights_have_fields_of_their_own() {
    let mut form = form(Setup::default());
    pick(&mut form, "Trains", "Random weights");
    type_into(&mut form, NUMBER, "Weights", "3");
    assert_eq!(settings(&form).train.to_string(), "random:3");
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
    assert_eq!(settings(&form).train.to_string(), "all");
    assert_eq!(form.state().setup.needs().unwrap().share(), 1.0);
}

#[test]
fn the_die_throws_another_seed() {
    let mut form = form(Setup::default());
    let mut seeds = vec![0];
    for _ in 0..4 {
        click(&mut form, Role::Button, "Another seed, by chance");
        seeds.push(settings(&form).seed);
        let shown = field(&form, TEXT, "Seed").value();
        assert_eq!(shown, Some(settings(&form).seed.to_string()));
    }
    seeds.dedup();
    assert!(seeds.len() > 3, "{seeds:?}");
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
        subgroup_size: None,
        half_precision: false,
        wide_loads: false,
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

#[test]
fn a_comma_is_a_point_and_what_is_no_number_is_told_at_the_field() {
    let mut form = form(Setup::default());
    type_into(&mut form, NUMBER, "Learning rate", "0,05");
    assert_eq!(settings(&form).lr, 0.05);
    for (name, typed, told) in [
        (
            "Learning rate",
            "fast",
            "“fast” is no number; it was not taken.",
        ),
        ("Batch", "1,00,0", "“1,00,0” is no whole number"),
        ("Batch", "12.5", "“12.5” is no whole number"),
        ("Width", "many", "“many” is no whole number"),
        ("Train for", "ten", "“ten” is no whole number"),
    ] {
        let before = settings(&form).clone();
        type_into(&mut form, NUMBER, name, typed);
        assert_eq!(*settings(&form), before, "{typed}");
        assert!(says(&form, told), "{typed}");
        // Until a number is typed there.
        type_into(&mut form, NUMBER, name, "8");
        assert!(!says(&form, told), "{typed}");
    }
    // As it is written elsewhere, and read back.
    type_into(&mut form, NUMBER, "Batch", "1,500");
    assert_eq!(settings(&form).batch_size, 1500);
    let batch = field(&form, NUMBER, "Batch");
    let shown = egui_kittest::kittest::NodeT::accesskit_node(&batch).value();
    assert_eq!(shown.as_deref(), Some("1,500 images"));
}
