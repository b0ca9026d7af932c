//! Looking at what was trained, while training goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bnonly::network::graph::BatchNormId;
use bnonly::session::{
    Command, Event, Finding, Found, Look, OpenGpu, Phase, ProbeRequest, RequestId, Session,
    open_gpu,
};
use bnonly::study::ablation::Ablation;
use bnonly::train::metric::Metric;
use bnonly::train::run::Ending;

use crate::session::support::{Followed, breakable_gpu, new_run, settings};

fn probe_request(id: u64, channels: usize) -> ProbeRequest {
    ProbeRequest {
        id: id.into(),
        ablation: Ablation::none(channels),
        tested_images: 64,
        curve: false,
    }
}

fn found(event: &Event) -> Option<&Found> {
    match event {
        Event::Found(found) => Some(found),
        _ => None,
    }
}

/// Channels of [`settings`]'s network.
fn channels(followed: &mut Followed) -> usize {
    followed.until(|event| match event {
        Event::Norms { norms, .. } => Some(norms.gamma.len()),
        _ => None,
    })
}

#[test]
fn the_whole_network_probed_is_the_network_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let mut followed = Followed::begin(new_run(settings(), folder.path()));
    let channels = channels(&mut followed);
    let evaluated = followed.until(|event| match event {
        Event::Metric(Metric::Eval {
            step: 16,
            loss,
            accuracy,
            ..
        }) => Some((*loss, *accuracy)),
        _ => None,
    });
    assert_eq!(followed.end(), Ok(Ending::Finished));
    // The run is over; what it came to can still be looked at.
    followed.send(Command::Measure(Box::new(probe_request(7, channels))));
    let (step, probed) = followed.until(|event| match found(event)? {
        Found {
            request: RequestId { number: 7, .. },
            step,
            finding: Finding::Whole(accuracy),
        } => Some((*step, *accuracy)),
        _ => None,
    });
    assert_eq!(step, 16);
    assert_eq!((probed.loss, probed.accuracy), evaluated);
    assert_eq!(probed.images, 64);
}

#[test]
fn a_request_is_answered_in_all_its_parts_while_training_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = settings();
    long.epochs = 1000;
    let mut followed = Followed::begin(new_run(long, folder.path()));
    let channels = channels(&mut followed);
    followed.until_step(1);
    let mut asked = probe_request(1, channels);
    asked.curve = true;
    for channel in 0..channels / 3 {
        asked.ablation.toggle(channel);
    }
    let look = Look {
        id: 2.into(),
        ablation: asked.ablation.clone(),
        images: vec![3, 1],
        maps: Some((BatchNormId(2), 5)),
    };
    followed.send(Command::Measure(Box::new(asked)));
    followed.send(Command::Look(Box::new(look)));
    let mut kinds = Vec::new();
    let mut points = Vec::new();
    let steps_before = followed.steps().len();
    followed.until(|event| {
        let found = found(event)?;
        let is_shown = matches!(found.finding, Finding::Maps(_) | Finding::Answers(_));
        assert_eq!(found.request.number, if is_shown { 2 } else { 1 });
        kinds.push(match &found.finding {
            Finding::Maps(maps) => {
                assert_eq!((maps.layer, maps.image), (BatchNormId(2), 5));
                assert_eq!(maps.values.len() as u64, maps.shape.values());
                "maps"
            }
            Finding::Answers(answers) => {
                let images: Vec<_> = answers.iter().map(|answer| answer.image).collect();
                assert_eq!(images, [3, 1]);
                "answers"
            }
            Finding::Ablated(_) => "ablated",
            Finding::Whole(_) => "whole",
            Finding::Random(_) => "random",
            Finding::Curve { off, .. } => {
                points.push(*off);
                "curve"
            }
        });
        (points.len() == 11).then_some(())
    });
    kinds.dedup();
    // What is to be shown comes between two measurements, so soon.
    let shown = kinds.iter().position(|kind| *kind == "maps").unwrap();
    assert!(shown < 2, "{kinds:?}");
    kinds.retain(|kind| !["maps", "answers"].contains(kind));
    assert_eq!(kinds, ["ablated", "whole", "random", "curve"]);
    points.sort_unstable();
    points.dedup();
    assert_eq!((points.len(), points[0]), (11, 0));
    assert!(
        followed.steps().len() > steps_before,
        "training stood still"
    );
    followed.send(Command::Stop);
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
}

#[test]
fn a_newer_request_replaces_what_its_asker_asked_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = new_run(settings(), folder.path());
    request.paused = true;
    let mut followed = Followed::begin(request);
    let channels = channels(&mut followed);
    followed.until_phase(Phase::Paused);
    let mut first = probe_request(1, channels);
    first.curve = true;
    followed.send(Command::Measure(Box::new(first)));
    followed.until(|event| found(event).map(|_| ()));
    let mut other = probe_request(1, channels);
    other.id.asker = 1;
    let other_id = other.id;
    followed.send(Command::Measure(Box::new(other)));
    followed.send(Command::Measure(Box::new(probe_request(2, channels))));
    for id in [other_id, 2.into()] {
        let is_whole =
            |found: &Found| found.request == id && matches!(found.finding, Finding::Whole(_));
        followed.until(|event| is_whole(found(event)?).then_some(()));
    }
    let points = followed.events.iter().filter_map(found);
    let points = points.filter(|found| matches!(found.finding, Finding::Curve { .. }));
    assert!(
        points.count() < 11,
        "the first request was worked out to its end"
    );
}

#[test]
fn a_probe_without_a_device_is_told_and_training_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (open, devices) = breakable_gpu();
    let mut request = new_run(settings(), folder.path());
    request.paused = true;
    let mut followed = Followed::begin_with(open, request);
    let channels = channels(&mut followed);
    followed.until_phase(Phase::Paused);
    followed.send(Command::Measure(Box::new(probe_request(1, channels))));
    followed.until(|event| found(event).map(|_| ()));
    devices.lock().unwrap()[1].destroy();
    followed.send(Command::Measure(Box::new(probe_request(2, channels))));
    let sentence = followed.until(|event| match event {
        Event::ProbeFailed(error) => Some(error.to_string()),
        _ => None,
    });
    assert!(sentence.contains("the device was lost"), "{sentence}");
    // Another device is opened for the next request.
    followed.send(Command::Measure(Box::new(probe_request(3, channels))));
    followed.until(|event| (found(event)?.request.number == 3).then_some(()));
    followed.send(Command::Resume);
    assert_eq!(followed.end(), Ok(Ending::Finished));
}

#[test]
fn what_is_asked_before_the_first_step_does_not_hold_it_up() {
    let folder = tempfile::tempdir().unwrap();
    let (steps, opened) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Mutex::new(Vec::new())),
    );
    let (seen, at) = (steps.clone(), opened.clone());
    let usual = open_gpu();
    let open: OpenGpu = Arc::new(move |choice| {
        at.lock().unwrap().push(seen.load(Ordering::SeqCst));
        usual(choice)
    });
    let session = Session::spawn(open, move |event| {
        if let Event::Metric(Metric::Step { .. }) = event {
            steps.fetch_add(1, Ordering::SeqCst);
        }
    });
    let mut followed = Followed {
        session: session.unwrap(),
        events: Vec::new(),
    };
    // All of it is there before the run begins.
    let channels = 84;
    followed.send(Command::Start(Box::new(new_run(settings(), folder.path()))));
    followed.send(Command::Measure(Box::new(probe_request(1, channels))));
    followed.until(|event| found(event).map(|_| ()));
    let opened = opened.lock().unwrap();
    assert_eq!(opened.len(), 2, "the trainer's adapter and the prober's");
    assert!(
        opened[1] > 0,
        "the prober opened its own before the first step"
    );
}
