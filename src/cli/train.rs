//! `bnonly train`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use anyhow::{Context, anyhow};

use super::options::TrainOptions;
use super::progress::{self, Progress};
use super::{Outcome, usage};
use crate::data::{self, DataSet, LoadOptions};
use crate::gpu::Gpu;
use crate::train::run::{Ending, run};
use crate::train::run_folder::RunFolder;
use crate::train::settings::Settings;
use crate::train::start::{Start, check};
use crate::train::trainer::Trainer;

/// Where runs go that were given no folder.
const RUNS: &str = "runs";

/// Trains, or goes on with a training.
pub(super) fn train(options: &TrainOptions) -> anyhow::Result<Outcome> {
    let stop = stop_on_interrupt()?;
    let resumed = match &options.output.resume {
        Some(path) => {
            only_with_resume(options)?;
            Some(RunFolder::resume(path)?)
        }
        None => None,
    };
    let settings = settings(
        options,
        resumed.as_ref().map(|(_, checkpoint)| &checkpoint.settings),
    )?;
    check(&settings).map_err(usage)?;
    let data = load(&settings)?;
    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    // Everything that can be wrong is found before a folder is made.
    let (folder, start) = match resumed {
        Some((folder, checkpoint)) => {
            let start = Start::resumed(&settings, &data.shape(), checkpoint)
                .with_context(|| format!("--resume {}", folder.path().display()))?;
            (Some(folder), start)
        }
        None => (None, Start::new(&settings, &data.shape())?),
    };
    let mut trainer = pollster::block_on(Trainer::new(&gpu, &data, &settings, &start))?;
    let mut folder = match (folder, &options.output.out) {
        (Some(folder), _) => {
            folder.save_settings(&settings)?;
            folder
        }
        (None, Some(path)) => RunFolder::create_at(path, &settings)?,
        (None, None) => RunFolder::create(Path::new(RUNS), &settings, SystemTime::now())?,
    };

    let mut progress = Progress::new(
        &options.output,
        &gpu,
        &data,
        &settings,
        &start,
        folder.path(),
    );
    let trained = pollster::block_on(run(
        &mut trainer,
        &settings,
        &start,
        &mut folder,
        &stop,
        &mut progress,
    ));
    progress.end();
    let path = folder.path().display();
    match trained.with_context(|| format!("{path}"))? {
        Ending::Finished => Ok(Outcome::Done),
        Ending::Interrupted => {
            eprintln!("interrupted and saved; go on with: bnonly train --resume {path}");
            Ok(Outcome::Interrupted)
        }
    }
}

/// The first Ctrl-C asks the training to stop, the second ends the program.
fn stop_on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after this step (once more to end at once, without saving)");
    })
    .context("Ctrl-C cannot be handled")?;
    Ok(stop)
}

/// Settings from the defaults, a file or a checkpoint, and the options.
fn settings(options: &TrainOptions, resumed: Option<&Settings>) -> anyhow::Result<Settings> {
    if let Some(resumed) = resumed {
        let mut settings = resumed.clone();
        if let Some(data) = &options.data.data {
            settings.data = absolute(data);
        }
        options.training.apply_length(&mut settings);
        return Ok(settings);
    }
    let mut settings = match &options.training.config {
        None => Settings::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("--config {} cannot be read", path.display()))
                .map_err(usage)?;
            Settings::from_toml(&text)
                .with_context(|| format!("--config {}", path.display()))
                .map_err(usage)?
        }
    };
    options.data.apply(&mut settings);
    options.network.apply(&mut settings);
    options.training.apply(&mut settings);
    // A run must be repeatable from any folder.
    settings.data = absolute(&settings.data);
    settings.init = settings
        .init
        .map(|path| PathBuf::from(absolute(&path.to_string_lossy())));
    Ok(settings)
}

fn absolute(path: &str) -> String {
    if path == "shapes" {
        return path.to_owned();
    }
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
}

/// A resumed run keeps its settings, or it would not be the same run.
fn only_with_resume(options: &TrainOptions) -> anyhow::Result<()> {
    let mut given = Settings::default();
    options.data.apply(&mut given);
    options.network.apply(&mut given);
    options.training.apply(&mut given);
    given.data = Settings::default().data;
    given.epochs = Settings::default().epochs;
    given.max_steps = None;
    if given == Settings::default() {
        return Ok(());
    }
    Err(usage(anyhow!(
        "--resume goes on with the run's own settings; beside it only --data, --epochs, --max-steps, --adapter, --backend, --quiet and --json may be given (to train further with other settings, start a new run with --init RUN/checkpoints/last.safetensors)"
    )))
}

/// The data that settings name.
pub(super) fn load(settings: &Settings) -> anyhow::Result<DataSet> {
    let limit = |limit: Option<u64>| limit.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let options = LoadOptions {
        image_size: settings.image_size,
        test_fraction: settings.test_fraction,
        limit_train: limit(settings.limit_train),
        limit_test: limit(settings.limit_test),
        seed: settings.seed,
    };
    let shown = progress::spinner(&settings.data);
    let loaded = data::load(&settings.data, &options);
    shown.finish_and_clear();
    loaded.map_err(Into::into)
}
