//! `bnonly train`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::options::TrainOptions;
use super::print::tell;
use super::progress::Progress;
use super::ranks::{Ranks, Together};
use super::signals::on_request_to_stop;
use super::subject::take_network;
use super::wording::sentence;
use super::{Outcome, usage};
use crate::field::Field;
use crate::gpu::AdapterChoice;
use crate::session::{Command, Event, NewFolder, Origin, Request, Session, open_gpu, take_part};
use crate::train::peers::{Peers, PeersError};
use crate::train::run::Ending;
use crate::train::saved::Saved;
use crate::train::settings::Settings;
use crate::train::start::check;

/// Where runs go that were given no folder.
pub(super) const RUNS: &str = "runs";

/// Trains, or goes on with a training: alone, or as one of several ranks.
pub(super) fn train(options: &TrainOptions, ranks: Option<&Arc<Ranks>>) -> anyhow::Result<Outcome> {
    match (ranks, options.data_parallel) {
        (None, true) if !Ranks::BUILT => Err(usage(anyhow!(
            "--data-parallel needs MPI, which this build does not have; build it with: cargo build --release --features \
             mpi"
        ))),
        (None, _) => keep(options, None, 0),
        (Some(ranks), false) => Err(usage(anyhow!(
            "{} ranks were started, and each would train the same; use --data-parallel to share each batch of one run, \
             or start one rank",
            ranks.count()
        ))),
        (Some(ranks), true) => share(options, ranks),
    }
}

/// Trains as one of several ranks that share each batch. The first of them keeps the run.
fn share(options: &TrainOptions, ranks: &Arc<Ranks>) -> anyhow::Result<Outcome> {
    let together = Together::new(ranks.clone());
    let turn = ranks.place_on_machine();
    if ranks.rank() == 0 {
        let kept = keep(options, Some(&together), turn);
        let ended = together.end(None);
        return kept.and_then(|outcome| Ok(ended.map(|()| outcome)?));
    }
    let failure = take_part_in(options, &together, turn).err();
    let is_known = |error: &anyhow::Error| error.chain().any(|cause| cause.is::<PeersError>());
    let failure = failure.filter(|error| !is_known(error));
    // What is wrong elsewhere the first rank says.
    let _ = together.end(failure.as_ref().map(sentence).as_deref());
    Ok(Outcome::Done)
}

/// Takes part in the steps of a run that the first rank keeps.
fn take_part_in(options: &TrainOptions, together: &Together, turn: u32) -> anyhow::Result<()> {
    let asked = together.clone();
    on_request_to_stop(move |is_again| match is_again {
        true => std::process::exit(130),
        false => asked.ask_to_stop(),
    })
    .context("Ctrl-C cannot be handled")?;
    let (origin, open_gpu) = (origin(options)?, open_gpu());
    let peers = Box::new(together.clone());
    let part = take_part(&origin, adapter(options, turn), &open_gpu, peers);
    Ok(pollster::block_on(part)?)
}

/// The adapter that the options ask for; of several alike, the one whose turn it is.
fn adapter(options: &TrainOptions, turn: u32) -> AdapterChoice {
    AdapterChoice {
        turn,
        ..options.device.choice()
    }
}

/// Trains, and keeps the run.
fn keep(options: &TrainOptions, together: Option<&Together>, turn: u32) -> anyhow::Result<Outcome> {
    let peers = together.map(|together| Box::new(together.clone()) as Box<dyn Peers>);
    let session = Session::spawn_among(open_gpu(), peers, |_| {})?;
    stop_on_interrupt(&session)?;
    if let Some(together) = together {
        let commander = session.commander();
        together.on_stop(move || commander.send(Command::Stop));
    }
    let request = Request {
        origin: origin(options)?,
        adapter: adapter(options, turn),
        paused: false,
        watched: false,
    };
    session.send(Command::Start(Box::new(request)));

    let mut progress = Progress::new(&options.output);
    let mut folder = PathBuf::new();
    loop {
        let event = session.next()?;
        progress.show(&event);
        match event {
            Event::Opened(opened) => folder.clone_from(&opened.folder),
            Event::Moved { to, .. } => folder = to,
            Event::Ended(Ok(Ending::Finished)) => {
                return progress.printed().map(|()| Outcome::Done);
            }
            Event::Ended(Ok(Ending::Interrupted)) => {
                let path = folder.display();
                tell(format_args!(
                    "interrupted and saved; go on with: bnonly train --resume {path}"
                ));
                return Ok(Outcome::Interrupted);
            }
            Event::Ended(Ok(Ending::NotBegun)) => {
                tell("stopped before the first step; nothing was written");
                return Ok(Outcome::Interrupted);
            }
            Event::Ended(Err(error)) => return Err(error.into()),
            _ => {}
        }
    }
}

/// The first Ctrl-C, or whatever else asks the program to end, stops the training; a second Ctrl-C ends the program.
fn stop_on_interrupt(session: &Session) -> anyhow::Result<()> {
    let commander = session.commander();
    on_request_to_stop(move |is_again| {
        if is_again {
            std::process::exit(130);
        }
        tell("stopping as soon as the work is saved (once more to end at once, without saving)");
        commander.send(Command::Stop);
    })
    .context("Ctrl-C cannot be handled")
}

/// The run that the options ask for.
fn origin(options: &TrainOptions) -> anyhow::Result<Origin> {
    let output = &options.output;
    if let Some(run) = &output.resume {
        only_with_resume(options)?;
        let mut given = Settings::default();
        options.settings.apply(&mut given)?;
        return Ok(Origin::Resumed {
            run: run.clone(),
            data: options.settings.gives(Field::Data).then_some(given.data),
            epochs: options
                .settings
                .gives(Field::Epochs)
                .then_some(given.epochs),
            max_steps: given.max_steps,
            schedule_epochs: given.schedule_epochs,
        });
    }
    let settings = settings(options)?;
    check(&settings).map_err(usage)?;
    let folder = match &output.out {
        Some(path) => NewFolder::At(path.clone()),
        None => NewFolder::Within(RUNS.into()),
    };
    Ok(Origin::New {
        settings: Box::new(settings),
        folder,
    })
}

/// Settings from the defaults, a file, and the options.
fn settings(options: &TrainOptions) -> anyhow::Result<Settings> {
    let mut settings = match &options.file.config {
        None => Settings::default(),
        Some(path) => {
            let bytes = read_config(path)
                .with_context(|| format!("--config {} cannot be read", path.display()))
                .map_err(usage)?;
            Settings::from_config(&bytes)
                .with_context(|| format!("--config {}", path.display()))
                .map_err(usage)?
        }
    };
    options.settings.apply(&mut settings)?;
    let is_open = options.file.config.is_none() && !options.settings.gives(Field::Model);
    if let Some(init) = settings.init.clone().filter(|_| is_open) {
        // A file that cannot be read, or says nothing, is told where it is used.
        let saved = Saved::read(&init).ok();
        let saved = saved.filter(|saved| saved.architecture().is_some());
        if let Some(saved) = saved {
            take_network(&mut settings, &saved, &init.display().to_string())?;
            options.settings.apply(&mut settings)?;
        }
    }
    settings.make_absolute();
    Ok(settings)
}

/// A file of settings, which is short.
fn read_config(path: &Path) -> io::Result<Vec<u8>> {
    const LARGEST: u64 = 1 << 20;
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(io::Error::other("the file is too large to hold settings")),
        false => Ok(bytes),
    }
}

/// A resumed run keeps its settings, or it would not be the same run.
fn only_with_resume(options: &TrainOptions) -> anyhow::Result<()> {
    const CHANGEABLE: [Field; 4] = [
        Field::Data,
        Field::Epochs,
        Field::MaxSteps,
        Field::ScheduleEpochs,
    ];
    let mut given = options.settings.fields();
    if given.all(|field| CHANGEABLE.contains(&field)) {
        return Ok(());
    }
    Err(usage(anyhow!(
        "--resume goes on with the run's own settings; beside it only --data, --epochs, --max-steps, --schedule-epochs, --adapter, --backend, --data-parallel, --quiet and --json may be given (to train further with other settings, start a new run with --init RUN/checkpoints/last.safetensors)"
    )))
}
