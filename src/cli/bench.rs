//! `bnonly bench`.

use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;

use super::options::BenchOptions;
use super::print::{Unprinted, line};
use super::{Outcome, tables};
use crate::bench::{Ceilings, PassVariants, Training, measure_variants, training};
use crate::data::DataShape;
use crate::engine::check_precision;
use crate::gpu::Gpu;
use crate::gpu::timing::{Effort, Timer};
use crate::kernels::Precision;
use crate::network::initial_state;
use crate::train::settings::Settings;
use crate::train::start::{plan, prepare};

/// The images that networks are measured on, but for how many.
const IMAGES: DataShape = DataShape {
    channels: 3,
    height: 32,
    width: 32,
    classes: 10,
    train: 0,
    test: 0,
};

/// All that was measured: what `--json` prints.
#[derive(Serialize)]
pub(super) struct Report {
    kind: &'static str,
    bnonly_version: &'static str,
    /// Whether the program was built for speed; what the device does is the same either way.
    release_build: bool,
    adapter: String,
    driver: String,
    backend: String,
    subgroup_size: Option<u32>,
    quick: bool,
    ceilings: Ceilings,
    model: String,
    width: u32,
    image: [u32; 3],
    batch_size: u32,
    /// By pass of a convolution: all its variants, where `--variants` asked for that.
    variants: Vec<PassVariants>,
    precision: Precision,
    trainings: Vec<Mode>,
}

/// One mode of training.
#[derive(Serialize)]
struct Mode {
    train: String,
    #[serde(flatten)]
    training: Training,
}

/// Measures, and prints each part as soon as it is there.
pub(super) fn bench(options: &BenchOptions) -> anyhow::Result<Outcome> {
    let mut runs = Vec::new();
    for train in &options.train {
        let mut settings = Settings {
            train: train.clone(),
            ..Settings::default()
        };
        options.settings.apply(&mut settings)?;
        let images = DataShape {
            train: settings.batch_size as usize,
            ..IMAGES
        };
        let (graph, trained) = prepare(&settings, &images)?;
        let plan = plan(&settings, &images, trained);
        runs.push((settings, graph, plan));
    }
    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    let precision = runs
        .first()
        .map_or_else(Precision::default, |(first, ..)| first.precision);
    check_precision(precision, &gpu.capabilities)?;
    let effort = match options.quick {
        true => Effort::QUICK,
        false => Effort::THOROUGH,
    };
    let measuring = Measuring::new(options.json);
    measuring.say(&tables::adapter(&gpu.capabilities))?;

    pollster::block_on(async {
        let timer = Timer::new(&gpu, effort).await?;
        let mut stage = |what: &str| measuring.stage(what);
        let (ceilings, best) = Ceilings::measure(&gpu, &timer, &mut stage).await?;
        measuring.say(&tables::ceilings(&ceilings))?;
        let mut report = Report {
            kind: "bench",
            bnonly_version: env!("CARGO_PKG_VERSION"),
            release_build: !cfg!(debug_assertions),
            adapter: gpu.capabilities.name.clone(),
            driver: gpu.capabilities.driver.clone(),
            backend: gpu.capabilities.backend.to_string(),
            subgroup_size: gpu.capabilities.subgroup_size,
            quick: options.quick,
            ceilings,
            model: String::new(),
            width: 0,
            image: [IMAGES.channels, IMAGES.height, IMAGES.width],
            batch_size: 0,
            variants: Vec::new(),
            precision,
            trainings: Vec::new(),
        };
        for (settings, graph, plan) in runs {
            if options.variants && report.variants.is_empty() {
                let batch = plan.max_batch;
                report.variants = measure_variants(&gpu, &graph, batch, &mut stage).await?;
                measuring.say(&tables::variants(&report.variants))?;
            }
            let state = initial_state(&graph, settings.seed, settings.first_values());
            let mut stage = |what: &str| measuring.stage(&format!("{}: {what}", settings.train));
            let network = (&graph, &state);
            let measured = training(&gpu, &timer, &best, network, plan, effort, &mut stage).await?;
            measuring.say(&tables::training(&settings, &graph, &measured))?;
            report.width = settings.architecture()?.width();
            report.model = settings.model.to_string();
            report.batch_size = settings.batch_size;
            report.trainings.push(Mode {
                train: settings.train.to_string(),
                training: measured,
            });
        }
        measuring.end(&report)?;
        Ok(Outcome::Done)
    })
}

/// What a person sees meanwhile.
struct Measuring {
    json: bool,
    spinner: ProgressBar,
}

impl Measuring {
    fn new(json: bool) -> Self {
        let spinner = ProgressBar::new_spinner();
        spinner.enable_steady_tick(Duration::from_millis(200));
        Self { json, spinner }
    }

    fn stage(&self, what: &str) {
        self.spinner.set_message(format!("measuring {what}"));
    }

    fn say(&self, text: &str) -> Result<(), Unprinted> {
        match self.json {
            true => Ok(()),
            false => self.spinner.suspend(|| line(text)),
        }
    }

    fn end(&self, report: &Report) -> anyhow::Result<()> {
        self.spinner.finish_and_clear();
        if self.json {
            line(serde_json::to_string(report)?)?;
        }
        Ok(())
    }
}
