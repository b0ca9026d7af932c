//! What goes wrong is told in words of the app, with a way out, and the app goes on.

use std::sync::{Arc, Mutex};

use bnonly::gpu::{Gpu, GpuError};
use bnonly::session::{OpenGpu, Phase};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{App, Begin, checkpoint, endless, settings};

/// Waits for a notice, and judges its words.
fn told(app: &mut App, words: &[&str]) -> String {
    app.until("something is told", |app| app.notice().is_some());
    app.settle();
    let notice = app.notice().unwrap();
    for word in words {
        assert!(notice.contains(word), "{word:?} is not in: {notice}");
    }
    assert!(
        !notice.contains("--"),
        "words of the command line: {notice}"
    );
    assert!(app.says(&notice), "not on the screen: {notice}");
    notice
}

/// After what went wrong, another run with these settings goes through.
fn goes_on(app: &mut App) {
    app.press("Dismiss");
    assert_eq!(app.notice(), None);
    app.shell_mut().setup_mut().set_settings(settings());
    app.settle();
    app.press("▶ Start");
    app.until_ended("finished");
}

/// Fails the first time, by this function, and opens adapters as usual from then on.
fn failing_once(
    fail: impl Fn(bnonly::gpu::AdapterChoice) -> bnonly::session::OpeningGpu + Send + Sync + 'static,
) -> OpenGpu {
    let failed = Mutex::new(false);
    let usual = bnonly::session::open_gpu();
    Arc::new(move |choice| {
        if std::mem::replace(&mut *failed.lock().unwrap(), true) {
            usual(choice)
        } else {
            fail(choice)
        }
    })
}

#[test]
fn no_adapter_is_told() {
    let open_gpu = failing_once(|_| {
        let where_ = String::new();
        Box::pin(async { Err(GpuError::NoAdapter { where_, hint: None }) })
    });
    let mut app = Begin {
        open_gpu,
        ..Begin::default()
    }
    .app();
    app.press("▶ Start");
    told(&mut app, &["no adapter", "install a Vulkan driver"]);
    goes_on(&mut app);
}

#[test]
fn an_adapter_that_is_too_small_is_told() {
    let open_gpu = failing_once(|choice| {
        Box::pin(async move {
            let limits = wgpu::Limits {
                max_storage_buffer_binding_size: 1 << 14,
                max_buffer_size: 1 << 14,
                ..wgpu::Limits::default()
            };
            Gpu::open_within(&choice, limits).await
        })
    });
    let mut app = Begin {
        open_gpu,
        ..Begin::default()
    }
    .app();
    app.press("▶ Start");
    told(&mut app, &["16384", "batch size"]);
    assert!(
        std::fs::read_dir(app.folder.path())
            .unwrap()
            .next()
            .is_none()
    );
    assert!(app.says("no run yet"));
    goes_on(&mut app);
}

#[test]
fn a_lost_device_is_told_and_the_run_resumed_from_the_notice() {
    let devices = Arc::new(Mutex::new(Vec::<wgpu::Device>::new()));
    let kept = devices.clone();
    let open_gpu: OpenGpu = Arc::new(move |choice| {
        let kept = kept.clone();
        Box::pin(async move {
            let gpu = Gpu::open(&choice).await?;
            kept.lock().unwrap().push(gpu.device.clone());
            Ok(gpu)
        })
    });
    let settings = Some(endless());
    let mut app = Begin {
        open_gpu,
        settings,
        ..Begin::default()
    }
    .app();
    app.press("▶ Start");
    app.until_step(3);
    app.key(Key::F6);
    app.until_phase(Phase::Paused);
    app.command(Key::S);
    let run = app.run_folder();
    let step = app.step_of_run();
    app.until("it is saved", |_| {
        run.join("checkpoints/last.safetensors").is_file() && checkpoint(&run).progress.step == step
    });
    app.key(Key::F6);
    app.until_step(step + 1);
    for device in devices.lock().unwrap().iter() {
        device.destroy();
    }
    told(&mut app, &["the device was lost"]);
    assert!(app.says("failed"));
    app.press("Resume the run");
    app.until_phase(Phase::Running);
    assert_eq!(app.run_folder(), run);
    let resumed = app.run_view().opened.as_ref().unwrap().start.progress.step;
    assert!(resumed >= step, "{resumed} < {step}");
    app.until_step(resumed + 2);
    assert!(app.query_by_label("Resume the run").is_none());
    app.key(Key::F8);
    app.until_ended("stopped and saved");
}

#[test]
fn a_broken_archive_is_told_and_a_dropped_one_becomes_the_data() {
    let mut app = App::new();
    let broken = app.folder.path().join("cifar-10-binary.tar.gz");
    std::fs::write(&broken, b"\x1f\x8b no archive").unwrap();
    app.choose("File", "Open an archive…");
    app.answer(&broken);
    app.settle();
    app.press("▶ Start");
    told(&mut app, &["cifar-10-binary.tar.gz"]);
    goes_on(&mut app);

    // The earlier run is still what it was.
    app.choose("File", "Open an archive…");
    app.answer(&broken);
    app.press("▶ Start");
    told(&mut app, &["cifar-10-binary.tar.gz"]);
    assert_eq!(app.run_view().history.last_step(), Some(8));
}

#[test]
fn a_finished_run_stays_finished_when_the_next_cannot_begin() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.command(Key::O);
    let folder = app.folder.path().to_owned();
    app.answer(&folder);
    told(&mut app, &["config.toml"]);
    assert!(app.says("finished") && !app.says("failed"));
}

#[test]
fn notices_name_no_program_of_the_command_line() {
    let mut app = App::new();
    app.command(Key::O);
    let folder = app.folder.path().to_owned();
    app.answer(&folder);
    let notice = told(&mut app, &["config.toml"]);
    assert!(!notice.contains("bnonly train"), "{notice}");
}

#[test]
fn settings_that_cannot_work_say_so_before_the_start() {
    let mut app = App::new();
    app.type_over(Role::TextInput, "Network", "resnet-9");
    app.until_says("Cannot start:");
    assert!(!app.is_enabled("▶ Start"));
    app.key(Key::F5);
    app.settle();
    assert!(app.says("no run yet"));
    app.type_over(Role::TextInput, "Network", "resnet-8");
    app.until("it can start", |app| app.is_enabled("▶ Start"));
}

#[test]
fn a_folder_that_is_no_run_is_told() {
    let mut app = App::new();
    app.command(Key::O);
    let folder = app.folder.path().to_owned();
    app.answer(&folder);
    told(&mut app, &["config.toml"]);
    goes_on(&mut app);
}
