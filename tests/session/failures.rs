//! What becomes of a session when something breaks: a sentence, and the next run begins as usual.

use std::sync::Arc;

use bnonly::gpu::{Gpu, GpuError};
use bnonly::session::{Command, Event, OpenGpu, Phase};
use bnonly::train::run::Ending;

use crate::session::support::{Followed, breakable_gpu, new_run, resumed, settings};

#[test]
fn a_lost_device_ends_the_run_and_it_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = settings();
    long.epochs = 1000;
    let (open, devices) = breakable_gpu();
    let mut followed = Followed::begin_with(open, new_run(long, folder.path()));
    followed.until_step(2);
    followed.send(Command::Save);
    followed.until_step(4);
    devices.lock().unwrap()[0].destroy();
    let sentence = followed.end().unwrap_err();
    assert!(sentence.contains("the device was lost"), "{sentence}");
    assert!(sentence.contains("continue the run"), "{sentence}");

    let run = folder.path().join("run");
    followed.send(Command::Start(Box::new(resumed(&run, false))));
    followed.until_phase(Phase::Running);
    let before = followed.steps().len();
    followed.until_step(5);
    assert!(followed.steps().len() > before);
    followed.send(Command::Stop);
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
}

#[test]
fn a_device_lost_while_paused_is_told_at_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let (open, devices) = breakable_gpu();
    let mut request = new_run(settings(), folder.path());
    request.paused = true;
    let mut followed = Followed::begin_with(open, request);
    followed.until_phase(Phase::Paused);
    devices.lock().unwrap()[0].destroy();
    followed.send(Command::Step);
    let sentence = followed.end().unwrap_err();
    assert!(sentence.contains("the device was lost"), "{sentence}");
}

#[test]
fn an_adapter_without_room_for_the_plan_is_named_and_no_folder_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let small: OpenGpu = Arc::new(|choice| {
        Box::pin(async move {
            let limits = wgpu::Limits {
                max_storage_buffer_binding_size: 1 << 14,
                max_buffer_size: 1 << 14,
                ..wgpu::Limits::default()
            };
            Gpu::open_within(&choice, limits).await
        })
    });
    let mut followed = Followed::begin_with(small, new_run(settings(), folder.path()));
    let sentence = followed.end().unwrap_err();
    assert!(
        sentence.contains("the adapter binds at most 16384"),
        "{sentence}"
    );
    assert!(sentence.contains("smaller batch-size"), "{sentence}");
    assert!(!folder.path().join("run").exists());
}

#[test]
fn without_an_adapter_there_is_a_sentence_and_the_next_run_may_have_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = new_run(settings(), folder.path());
    request.adapter.adapter = Some("no such adapter".into());
    let mut followed = Followed::begin(request);
    let sentence = followed.end().unwrap_err();
    assert!(
        sentence.contains("there is no adapter \"no such adapter\""),
        "{sentence}"
    );
    followed.send(Command::Start(Box::new(new_run(settings(), folder.path()))));
    assert_eq!(followed.end(), Ok(Ending::Finished));

    let none: OpenGpu = Arc::new(|_| {
        Box::pin(async {
            let where_ = String::new();
            Err(GpuError::NoAdapter { where_, hint: None })
        })
    });
    let place = folder.path().join("other");
    let mut followed = Followed::begin_with(none, new_run(settings(), &place));
    assert!(followed.end().unwrap_err().contains("no adapter"));
}

#[test]
fn broken_data_and_wrong_settings_are_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("cifar-10-binary.tar.gz");
    std::fs::write(&broken, b"\x1f\x8b no archive").unwrap();
    let mut with_data = settings();
    with_data.data = broken.as_path().into();
    let mut followed = Followed::begin(new_run(with_data, folder.path()));
    let sentence = followed.end().unwrap_err();
    assert!(sentence.contains("cifar-10-binary.tar.gz"), "{sentence}");

    let mut wrong = settings();
    wrong.width = Some(5000);
    followed.send(Command::Start(Box::new(new_run(wrong, folder.path()))));
    let sentence = followed.end().unwrap_err();
    assert!(sentence.contains("from 1 to 4096"), "{sentence}");

    let nowhere = folder.path().join("nowhere");
    followed.send(Command::Start(Box::new(resumed(&nowhere, true))));
    let sentence = followed.end().unwrap_err();
    assert!(sentence.contains("no config.toml"), "{sentence}");
}

/// Elsewhere a folder with open files cannot be deleted.
#[cfg(unix)]
#[test]
fn whoever_watches_a_run_is_asked_when_its_folder_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = settings();
    long.epochs = 1000;
    let mut followed = Followed::begin(new_run(long, folder.path()));
    followed.until_step(2);
    let run = folder.path().join("run");
    let bin = tempfile::tempdir().unwrap();
    std::fs::rename(&run, bin.path().join("run")).unwrap();
    let gone = followed.until(|event| match event {
        Event::Gone { folder, problem } => Some((folder.clone(), problem.is_none())),
        _ => None,
    });
    assert_eq!(gone, (run.clone(), true));
    // What is asked for is done, into a new folder.
    followed.send(Command::Save);
    let moved = followed.until(|event| match event {
        Event::Moved { to, .. } => Some(to.clone()),
        _ => None,
    });
    assert_eq!(moved, folder.path().join("run-2"));
    followed.until(|event| matches!(event, Event::Saved { .. }).then_some(()));
    assert!(moved.join("checkpoints/last.safetensors").is_file());

    std::fs::rename(&moved, bin.path().join("run-2")).unwrap();
    followed.until(|event| matches!(event, Event::Gone { .. }).then_some(()));
    followed.send(Command::Abandon);
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
