//! `bnonly adapt`.

use anyhow::{Context, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::options::AdaptOptions;
use super::print::{line, tell};
use super::recalibrate::{check_free, write_state};
use super::subject::{Subject, check_variances, subject};
use super::{Outcome, usage};
use crate::field::Field;
use crate::gpu::Gpu;
use crate::train::adapt::{Adaptation, Answered, Method, Options};
use crate::train::settings::Settings;

/// Images a batch, where nothing is said: the paper's.
const BATCH: u32 = 200;

const SORTED: &str = "note: half of the batches or more are of one class each, so their own statistics say little of all images; --shuffle mixes the classes";

/// What the batches so far came to.
#[derive(Default)]
struct Sums {
    images: u64,
    before: u64,
    hits: u64,
    collapsed_at: Option<u64>,
}

impl Sums {
    fn add(&mut self, answered: Answered) {
        if answered.collapsed {
            self.collapsed_at = Some(self.images);
        }
        self.images += u64::from(answered.images);
        self.before += u64::from(answered.hits_before);
        self.hits += u64::from(answered.hits);
    }

    fn percent(&self, hits: u64) -> f64 {
        100.0 * hits as f64 / self.images.max(1) as f64
    }
}

/// Lets a network adapt to test images while it answers them.
pub(super) fn adapt(options: &AdaptOptions) -> anyhow::Result<Outcome> {
    if let Some(out) = &options.out {
        if options.method == Method::Norm {
            return Err(usage(anyhow!(
                "--out cannot be used with --method norm, which learns nothing; bnonly recalibrate keeps new statistics"
            )));
        }
        check_free(out)?;
    }
    let Subject {
        file,
        mut settings,
        data,
        start,
    } = subject(&options.saved, &options.settings, options.corrupt)?;
    if !options.settings.gives(Field::BatchSize) {
        settings.batch_size = BATCH;
    }
    check_variances(&start, &settings, &data, data.test.len())?;

    let gpu = pollster::block_on(Gpu::open(&options.device.choice()))?;
    let adapting = Options {
        method: options.method,
        lr: options.lr,
        reset_every: options.reset_every,
        shuffle: options.shuffle,
    };
    let mut sums = Sums::default();
    let state = pollster::block_on(async {
        let mut adaptation = Adaptation::new(&gpu, &data, &settings, &start, adapting).await?;
        if adaptation.is_sorted() {
            tell(SORTED);
        }
        let bar = ProgressBar::new(adaptation.total_batches() as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} batches  {msg}") {
            bar.set_style(style);
        }
        while let Some(answered) = adaptation.next().await? {
            sums.add(answered);
            if answered.collapsed {
                bar.suspend(|| tell(collapse(&sums)));
            }
            bar.inc(1);
            bar.set_message(format!(
                "as it was {:.2} %, adapted {:.2} %",
                sums.percent(sums.before),
                sums.percent(sums.hits)
            ));
        }
        bar.finish_and_clear();
        anyhow::Ok(adaptation.state().await?)
    })
    .context(file.clone())?;
    if let Some(out) = &options.out {
        write_state(out, &start.graph, &state)?;
    }
    report(options, &file, &settings, &sums)
}

fn collapse(sums: &Sums) -> String {
    format!(
        "note: the adaptation collapsed after {} images: it answered one class where the network as it was finds several, or with no numbers. γ and β are again what they were, and the rest is answered by them; a smaller --lr, a larger --batch-size or --reset-every helps",
        sums.collapsed_at.unwrap_or_default()
    )
}

fn report(
    options: &AdaptOptions,
    file: &str,
    settings: &Settings,
    sums: &Sums,
) -> anyhow::Result<Outcome> {
    let (before, after) = (sums.percent(sums.before), sums.percent(sums.hits));
    if options.json {
        line(serde_json::json!({
            "kind": "adapt", "file": file, "method": options.method.name(), "images": sums.images,
            "batch_size": settings.batch_size, "lr": options.lr, "reset_every": options.reset_every,
            "accuracy_before": before / 100.0, "accuracy": after / 100.0,
            "collapsed_after_images": sums.collapsed_at, "out": options.out,
        }))?;
        return Ok(Outcome::Done);
    }
    let images = sums.images;
    let batch = settings.batch_size;
    line(format_args!(
        "{file}: {images} test images in batches of {batch}, accuracy {before:.2} % as it was, {after:.2} % adapted ({})",
        options.method
    ))?;
    if let Some(out) = &options.out {
        line(format_args!("written to {}", out.display()))?;
    }
    Ok(Outcome::Done)
}
