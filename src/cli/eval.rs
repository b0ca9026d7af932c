//! `bnonly eval`.

use anyhow::Context;

use super::Outcome;
use super::options::EvalOptions;
use super::print::line;
use super::subject::{Subject, subject};
use crate::data::DataSet;
use crate::gpu::Gpu;
use crate::network::State;
use crate::train::metric::Metric;
use crate::train::settings::Settings;
use crate::train::start::Start;
use crate::train::trainer::Trainer;

/// Evaluates a saved network on a test set.
pub(super) fn eval(options: &EvalOptions) -> anyhow::Result<Outcome> {
    let Subject {
        file,
        settings,
        data,
        start,
    } = subject(&options.saved, &options.settings, options.corrupt)?;
    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    let event = evaluated(&gpu, &data, &settings, &start, &start.state).context(file.clone())?;
    let Metric::Eval {
        loss,
        accuracy,
        gamma_below_001,
        seconds,
        ..
    } = event
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

/// A state's evaluation on the test images.
pub(super) fn evaluated(
    gpu: &Gpu,
    data: &DataSet,
    settings: &Settings,
    start: &Start,
    state: &State,
) -> anyhow::Result<Metric> {
    // A plan that trains nothing is all it takes.
    let settings = Settings {
        freeze_stats: true,
        ..settings.clone()
    };
    let start = Start {
        state: state.clone(),
        ..start.clone()
    };
    let event = pollster::block_on(async {
        let mut trainer = Trainer::new(gpu, data, &settings, &start).await?;
        trainer.evaluate(state, &mut || true).await
    })?;
    Ok(event.expect("nobody ends it"))
}
