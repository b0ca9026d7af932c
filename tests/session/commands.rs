//! What a session does when told.

use std::sync::{Arc, OnceLock};

use bnonly::data::Normalization;
use bnonly::session::{Command, Commander, Event, Phase, Session, Stage, open_gpu};
use bnonly::study::gamma::Norms;
use bnonly::train::history::Series;
use bnonly::train::metric::Metric;
use bnonly::train::run::Ending;
use bnonly::train::saved::Saved;

use crate::session::support::{Followed, new_run, resumed, settings};

#[test]
fn a_run_tells_every_step_both_evaluations_and_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut followed = Followed::begin(new_run(settings(), folder.path()));
    assert_eq!(followed.end(), Ok(Ending::Finished));
    assert_eq!(followed.steps(), (1..=16).collect::<Vec<_>>());
    let evaluated: Vec<u64> = followed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Metric(Metric::Eval { step, .. }) => Some(*step),
            _ => None,
        })
        .collect();
    assert_eq!(evaluated, [8, 16]);
    let norms = followed.norm_steps();
    assert_eq!((norms.first(), norms.last()), (Some(&0), Some(&16)));
    assert!(norms.is_sorted(), "{norms:?}");
}

#[test]
fn norms_told_are_those_of_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["bn", "all", "output"] {
        let mut settings = settings();
        settings.train = mode.parse().unwrap();
        settings.max_steps = Some(5);
        let place = folder.path().join(mode);
        std::fs::create_dir(&place).unwrap();
        let mut followed = Followed::begin(new_run(settings, &place));
        let opened = followed.until(|event| match event {
            Event::Opened(opened) => Some(opened.clone()),
            _ => None,
        });
        followed.end().unwrap();
        let told = followed.events.iter().rev().find_map(|event| match event {
            Event::Norms { step, norms, .. } => Some((*step, norms.clone())),
            _ => None,
        });
        let (step, told) = told.unwrap();
        let saved = Saved::read(&place.join("run")).unwrap();
        let graph = &opened.start.graph;
        let state = saved
            .into_state(graph, "last", Normalization::default())
            .unwrap()
            .state;
        assert_eq!(step, 5);
        assert_eq!(*told, Norms::of(graph, &state), "{mode}");
        let first = Norms::of(graph, &opened.start.initial);
        assert_eq!(*told == first, mode == "output", "{mode}");
    }
}

#[test]
fn a_paused_run_waits_and_takes_single_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = new_run(settings(), folder.path());
    request.paused = true;
    let mut followed = Followed::begin(request);
    followed.until_phase(Phase::Paused);
    assert!(followed.steps().is_empty());
    followed.send(Command::Step);
    followed.until_phase(Phase::Paused);
    assert_eq!(followed.steps(), [1]);
    followed.send(Command::Step);
    followed.until_phase(Phase::Paused);
    // Without it, the next event would be the next step's.
    followed.send(Command::Save);
    let saved = followed.until(|event| match event {
        Event::Saved { step } => Some(*step),
        _ => None,
    });
    assert_eq!((saved, followed.steps()), (2, vec![1, 2]));
    followed.send(Command::Evaluate);
    let accuracy = followed.until(|event| match event {
        Event::Metric(Metric::Eval {
            step: 2, accuracy, ..
        }) => Some(*accuracy),
        _ => None,
    });
    assert!((0.0..=1.0).contains(&accuracy));
    followed.until_phase(Phase::Paused);
    followed.send(Command::Resume);
    followed.until_phase(Phase::Running);
    assert_eq!(followed.end(), Ok(Ending::Finished));
    assert_eq!(followed.steps(), (1..=16).collect::<Vec<_>>());
}

#[test]
fn stopping_and_resuming_gives_the_bits_of_a_run_that_went_through() {
    let folder = tempfile::tempdir().unwrap();
    let state = |run: &std::path::Path| match Saved::read(run).unwrap() {
        Saved::Checkpoint(checkpoint) => (checkpoint.tensors, checkpoint.optimizer),
        other => panic!("{other:?}"),
    };
    let through = folder.path().join("through");
    std::fs::create_dir(&through).unwrap();
    let mut followed = Followed::begin(new_run(settings(), &through));
    followed.end().unwrap();

    // With everything that a person at the app may do in between.
    let mut followed = Followed::begin(new_run(settings(), folder.path()));
    followed.until_step(2);
    followed.send(Command::Pause);
    followed.until_phase(Phase::Paused);
    followed.send(Command::Step);
    followed.send(Command::Evaluate);
    followed.send(Command::Stop);
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
    let run = folder.path().join("run");
    followed.send(Command::Start(Box::new(resumed(&run, true))));
    let opened = followed.until(|event| match event {
        Event::Opened(opened) => Some(opened.clone()),
        _ => None,
    });
    let done = opened.outlook.done_steps;
    assert_eq!(opened.past.len(Series::Loss) as u64, done);
    let kept = &opened.past_gammas.snapshots;
    let ends = (kept.first().unwrap().step, kept.last().unwrap().step);
    assert_eq!(ends, (0, done), "γ of its whole past");
    let graph = &opened.start.graph;
    let now = Norms::of(graph, &opened.start.state);
    assert_eq!(*kept.last().unwrap().norms, now);
    followed.send(Command::Resume);
    assert_eq!(followed.end(), Ok(Ending::Finished));
    assert_eq!(state(&run), state(&through.join("run")));
}

#[test]
fn another_run_begins_when_the_one_under_way_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = settings();
    first.epochs = 1000;
    let mut followed = Followed::begin(new_run(first, folder.path()));
    followed.until_step(1);
    let mut second = new_run(settings(), &folder.path().join("second"));
    second.watched = false;
    followed.send(Command::Start(Box::new(second)));
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
    assert_eq!(followed.end(), Ok(Ending::Finished));
    assert!(Saved::read(&folder.path().join("run")).is_ok());
    assert!(Saved::read(&folder.path().join("second/run")).is_ok());
}

#[test]
fn a_session_that_is_dropped_saves_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = settings();
    long.epochs = 1000;
    let mut followed = Followed::begin(new_run(long, folder.path()));
    followed.until_step(3);
    drop(followed);
    let Saved::Checkpoint(checkpoint) = Saved::read(&folder.path().join("run")).unwrap() else {
        panic!("no checkpoint");
    };
    assert!(checkpoint.progress.step >= 3);
}

#[test]
fn an_evaluation_is_left_at_once_and_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut slow = settings();
    slow.limit_test = Some(2_000);
    slow.epochs = 1;
    let mut followed = Followed::begin(new_run(slow, folder.path()));
    followed.until_phase(Phase::Evaluating);
    followed.send(Command::Stop);
    assert_eq!(followed.end(), Ok(Ending::Interrupted));
    let is_evaluation =
        |event: &Event| matches!(event, Event::Metric(Metric::Eval { step: 8, .. }));
    assert!(
        !followed.events.iter().any(is_evaluation),
        "it was too fast to be left"
    );

    let run = folder.path().join("run");
    followed.send(Command::Start(Box::new(resumed(&run, false))));
    assert_eq!(followed.end(), Ok(Ending::Finished));
    assert_eq!(
        followed
            .events
            .iter()
            .filter(|event| is_evaluation(event))
            .count(),
        1
    );
    assert_eq!(followed.steps(), (1..=8).collect::<Vec<_>>());
}

/// How far compiling was, each time it was told.
fn compiled(events: &[Event]) -> Vec<(usize, usize)> {
    let shares = events.iter().filter_map(|event| match event {
        Event::Preparing(Stage::Kernels(share)) => Some((share.done, share.of)),
        _ => None,
    });
    shares.collect()
}

#[test]
fn compiling_tells_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.max_steps = Some(1);
    let mut followed = Followed::begin(new_run(settings, folder.path()));
    followed.until(|event| matches!(event, Event::Opened(_)).then_some(()));
    let told = compiled(&followed.events);
    let of = told.first().expect("something to compile").1;
    assert!(of > 10, "{of}");
    assert_eq!((told[0], told[told.len() - 1]), ((0, of), (of, of)));
    assert!(told.is_sorted(), "{told:?}");
    followed.end().unwrap();
}

#[test]
fn a_stop_while_kernels_are_compiled_ends_it_there() {
    let folder = tempfile::tempdir().unwrap();
    let commander: Arc<OnceLock<Commander>> = Arc::default();
    let stops = commander.clone();
    // From within the session's own thread, so that no more is compiled before the command is there.
    let session = Session::spawn(open_gpu(), move |event| {
        if let Event::Preparing(Stage::Kernels(_)) = event {
            stops.wait().send(Command::Stop);
        }
    });
    let session = session.unwrap();
    assert!(commander.set(session.commander()).is_ok());
    let mut followed = Followed {
        session,
        events: Vec::new(),
    };
    let request = || Box::new(new_run(settings(), folder.path()));
    followed.send(Command::Start(request()));
    assert_eq!(followed.end(), Ok(Ending::NotBegun));
    let told = compiled(&followed.events);
    assert!(matches!(told[..], [(0, 11..)]), "{told:?}");
    assert!(!folder.path().join("run").exists());

    // Another one can be begun.
    followed.send(Command::Start(request()));
    assert_eq!(followed.end(), Ok(Ending::NotBegun));
}
