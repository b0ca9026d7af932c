//! `bnonly recalibrate`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context;
use indicatif::ProgressBar;

use super::Outcome;
use super::eval::evaluated;
use super::options::RecalibrateOptions;
use super::print::line;
use super::subject::{Subject, check_variances, subject};
use super::usage;
use crate::gpu::Gpu;
use crate::network::{Graph, State};
use crate::train::metric::Metric;
use crate::train::recalibrate::recalibrated;
use crate::train::settings::Settings;
use crate::train::start::plan;
use crate::train::tensor_file::{Metadata, write_tensors};

/// Gives a network the running statistics of training images, and says what that did to its accuracy.
pub(super) fn recalibrate(options: &RecalibrateOptions) -> anyhow::Result<Outcome> {
    check_free(&options.out)?;
    let Subject {
        file,
        settings,
        data,
        start,
    } = subject(&options.saved, &options.settings, options.corrupt)?;
    let settings = Settings {
        freeze_stats: false,
        ..settings
    };
    check_variances(&start, &settings, &data, data.train.len())?;
    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    let accuracy = |state: &State| -> anyhow::Result<f64> {
        let event = evaluated(&gpu, &data, &settings, &start, state)?;
        match event {
            Metric::Eval { accuracy, .. } => Ok(accuracy),
            _ => unreachable!("an evaluation gives an evaluation"),
        }
    };
    let before = accuracy(&start.state)?;
    let bar = ProgressBar::new(0);
    let mut progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        true
    };
    let plan = plan(&settings, &data.shape(), start.trained.clone());
    let new = pollster::block_on(recalibrated(
        &gpu,
        &start.graph,
        plan,
        &data.train,
        &start.state,
        &mut progress,
    ))?;
    bar.finish_and_clear();
    let new = new.expect("nobody ends it");
    let after = accuracy(&new)?;
    write_state(&options.out, &start.graph, &new)?;
    let out = options.out.display();
    if options.json {
        line(serde_json::json!({
            "kind": "recalibrate", "file": file, "training_images": data.train.len(),
            "batch_size": settings.batch_size, "test_images": data.test.len(),
            "accuracy_before": before, "accuracy": after, "out": options.out,
        }))?;
    } else {
        line(format_args!(
            "{file}: {} test images, accuracy {:.2} % before, {:.2} % with the statistics of {} training images in batches of {}; written to {out}",
            data.test.len(),
            100.0 * before,
            100.0 * after,
            data.train.len(),
            settings.batch_size,
        ))?;
    }
    Ok(Outcome::Done)
}

/// Checks that a file can be written where nothing is yet, before anything long is done.
pub(super) fn check_free(path: &Path) -> anyhow::Result<()> {
    let file = File::create_new(path)
        .with_context(|| format!("--out {}", path.display()))
        .map_err(usage)?;
    drop(file);
    // It is written when there is something to write.
    Ok(std::fs::remove_file(path)?)
}

/// Writes a state as a safetensors file, with the network's names.
pub(super) fn write_state(path: &Path, graph: &Graph, state: &State) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create_new(path)?);
        write_tensors(&mut out, &state.named(graph), &Metadata::new())?;
        out.into_inner()
            .map_err(|error| error.into_error())?
            .sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
