//! `bnonly eval`.

use anyhow::{Context, anyhow};

use super::options::EvalOptions;
use super::print::{line, tell};
use super::progress::spinner;
use super::wording::Terminal;
use super::{Outcome, usage};
use crate::data::Loaded;
use crate::field::Field;
use crate::gpu::Gpu;
use crate::network::{Adopted, Trainable};
use crate::train::manifest::Earlier;
use crate::train::metric::Metric;
use crate::train::run_folder::run_of;
use crate::train::saved::Saved;
use crate::train::settings::Settings;
use crate::train::start::{Start, build, check, load};
use crate::train::trainer::Trainer;

/// Evaluates a saved network on a test set.
pub(super) fn eval(options: &EvalOptions) -> anyhow::Result<Outcome> {
    let file = options.saved.display().to_string();
    let saved = Saved::read(&options.saved)?;
    let mut settings = match saved.settings() {
        Some(settings) => settings.clone(),
        None => {
            if !options.settings.gives(Field::Model) {
                return Err(usage(anyhow!(
                    "{file} does not say which network it is of; give --model (and --width, --no-shortcut or --bn-after-activation where they differ from the defaults)"
                )));
            }
            Settings::default()
        }
    };
    options.settings.apply(&mut settings)?;
    settings.make_absolute();
    check(&settings).map_err(usage)?;
    let run = run_of(&options.saved);
    let earlier = Earlier::of(run.as_deref())?;
    let reading = spinner();
    let data = pollster::block_on(load(&settings, &earlier));
    reading.finish_and_clear();
    let Loaded { data, notes, .. } = data?;
    for note in &notes {
        tell(format_args!("note: {}", note.say(&Terminal)));
    }
    let Adopted { state, notes } = saved.into_state(&build(&settings, &data.shape())?, &file)?;
    for note in &notes {
        tell(format_args!("note: {}", note.say(&Terminal)));
    }

    // A plan that trains nothing is all it takes.
    settings.train = Trainable::nothing();
    settings.freeze_stats = true;
    settings.init = None;
    let start = Start {
        state,
        ..Start::new(&settings, &data.shape())?
    };
    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    let event = pollster::block_on(async {
        let mut trainer = Trainer::new(&gpu, &data, &settings, &start).await?;
        trainer.evaluate(&start.state, &mut || true).await
    })
    .with_context(|| file.clone())?;
    let Some(Metric::Eval {
        loss,
        accuracy,
        gamma_below_001,
        seconds,
        ..
    }) = event
    else {
        unreachable!("an evaluation gives an evaluation");
    };
    if options.json {
        line(serde_json::json!({
            "kind": "eval", "file": file, "images": data.test.len(), "loss": loss,
            "accuracy": accuracy, "gamma_below_0.01": gamma_below_001, "seconds": seconds,
        }))?;
    } else {
        line(format_args!(
            "{file}: {} test images, loss {loss:.4}, accuracy {:.2} %, |γ| < 0.01: {:.1} %",
            data.test.len(),
            100.0 * accuracy,
            100.0 * gamma_below_001,
        ))?;
    }
    Ok(Outcome::Done)
}
