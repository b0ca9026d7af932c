//! What a run takes is worked out as the engine does it.

use bnonly::app::setup::Setup;
use bnonly::data::{DataShape, DataSource, shapes};
use bnonly::engine::memory_needed;
use bnonly::train::delta::Delta;
use bnonly::train::settings::Settings;
use bnonly::train::start::{self, Start};
use egui::accesskit::Role;

use super::{click, form, says, settings, settle};

#[test]
fn what_a_run_takes_is_counted() {
    let mut setup = Setup::default();
    setup.set_settings(Settings {
        data: DataSource::Shapes,
        ..Settings::default()
    });
    let mut form = form(setup);
    let needs = form.state().setup.needs().unwrap().clone();
    assert_eq!((needs.trained, needs.parameters), (1_120, 175_258));
    assert!(says(&form, "1,120 (0.64 %)") && says(&form, "175,258"));
    // 10,000 images in batches of 128.
    assert_eq!((needs.steps_per_epoch, needs.steps), (79, 79 * 160));
    assert!(says(&form, "12,640 steps, 79 an epoch"));

    let settings = settings(&form).clone();
    let memory = |train: &str| {
        let settings = Settings {
            train: train.parse().unwrap(),
            ..settings.clone()
        };
        let (graph, trained) = start::prepare(&settings, &shapes::SHAPE).unwrap();
        memory_needed(
            &graph,
            &start::plan(&settings, &shapes::SHAPE, trained),
            None,
        )
        .unwrap()
        .report
    };
    assert_eq!(needs.memory, memory("bn"));
    assert_eq!(needs.memory_of_all, memory("all"));
    assert!(needs.memory.total() < needs.memory_of_all.total());
    // How convolutions are computed is not known without an adapter.
    assert!(!needs.memory_is_exact && says(&form, "at most"));
    click(&mut form, Role::CheckBox, "Memory by part");
    assert!(says(&form, "activations") && says(&form, "optimiser"));
}

#[test]
fn memory_is_told_exactly_where_convolutions_have_too_little_to_do_to_choose_for() {
    let mut setup = Setup::default();
    setup.set_settings(Settings {
        width: Some(4),
        batch_size: 8,
        ..Settings::default()
    });
    let form = form(setup);
    assert!(form.state().setup.needs().unwrap().memory_is_exact);
    assert!(says(&form, "MB") && !says(&form, "at most"));
}

#[test]
fn the_size_of_the_result_is_within_a_few_percent() {
    for train in ["bn", "random:2", "output", "all"] {
        let settings = Settings {
            train: train.parse().unwrap(),
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
    setup.set_data(path.as_str());
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
    form.state_mut()
        .setup
        .set_shape(&path.as_str().into(), shape);
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
    setup.set_shape(&"/somewhere".into(), cut);
    assert_eq!(setup.shape(), (cut, true));
    let more = Settings {
        limit_train: Some(300),
        ..setup.settings().clone()
    };
    setup.set_settings(more);
    let (shape, is_known) = setup.shape();
    assert_eq!((shape.train, is_known), (300, false));
}
