//! A saved network and the images that it is tried on: what `eval`, `recalibrate` and `adapt` begin with.

use std::path::Path;

use anyhow::anyhow;

use super::given::{Given, OfEval};
use super::print::tell;
use super::progress::spinner;
use super::usage;
use super::wording::Terminal;
use crate::data::corrupt::Corruption;
use crate::data::{DataSet, DataShape, Loaded};
use crate::field::{Explanation, Field};
use crate::network::{Adopted, Trainable};
use crate::train::advice::check_batches;
use crate::train::manifest::Earlier;
use crate::train::run_folder::run_of;
use crate::train::saved::Saved;
use crate::train::settings::Settings;
use crate::train::start::{Start, build, check, load};

/// A network, as a start that trains nothing, and its images.
pub(super) struct Subject {
    /// The file, as it was given.
    pub file: String,
    pub settings: Settings,
    pub data: DataSet,
    pub start: Start,
}

/// Reads both. What is not given is the run's that wrote the file, or, of the network, what its tensors say.
pub(super) fn subject(
    path: &Path,
    given: &Given<OfEval>,
    corruption: Option<Corruption>,
) -> anyhow::Result<Subject> {
    let file = path.display().to_string();
    let saved = Saved::read(path)?;
    let mut settings = saved.settings().cloned().unwrap_or_default();
    if saved.settings().is_none() && !given.gives(Field::Model) {
        take_network(&mut settings, &saved, &file)?;
    }
    given.apply(&mut settings)?;
    settings.make_absolute();
    check(&settings).map_err(usage)?;
    let run = run_of(path);
    let earlier = Earlier::of(run.as_deref())?;
    let reading = spinner();
    let loaded = pollster::block_on(load(&settings, &earlier));
    reading.finish_and_clear();
    let Loaded {
        mut data, notes, ..
    } = loaded?;
    settings.normalization = settings.normalization.settled(&data.train);
    let graph = build(&settings, &data.shape())?;
    let adopted = saved.into_state(&graph, &file, settings.normalization)?;
    tell_all(notes.iter().chain(&adopted.notes));
    let Adopted { state, .. } = adopted;
    if let Some(corruption) = corruption {
        corruption.apply(&mut data.test);
        tell(format_args!(
            "note: the test images are corrupted by {corruption}"
        ));
    }

    settings.train = Trainable::nothing();
    settings.init = None;
    // Nothing trains: neither batches nor what is frozen can be wrong here.
    let begun = Settings {
        freeze_stats: true,
        ..settings.clone()
    };
    let start = Start {
        state,
        ..Start::new(&begun, &data.shape())?
    };
    Ok(Subject {
        file,
        settings,
        data,
        start,
    })
}

/// Checks that one pass over so many images, each batch normalised by its own statistics, has a variance in every channel.
pub(super) fn check_variances(
    start: &Start,
    settings: &Settings,
    data: &DataSet,
    images: usize,
) -> anyhow::Result<()> {
    let shape = DataShape {
        train: images,
        ..data.shape()
    };
    let one_pass = Settings {
        freeze_stats: false,
        drop_last: false,
        epochs: 1,
        max_steps: None,
        ..settings.clone()
    };
    Ok(check_batches(&start.graph, &one_pass, &shape, 1)?)
}

/// Makes settings name the network that a file is of, and says which.
///
/// # Errors
/// A file that does not say it.
pub(super) fn take_network(
    settings: &mut Settings,
    saved: &Saved,
    file: &str,
) -> anyhow::Result<()> {
    let network = saved.architecture().ok_or_else(|| {
        usage(anyhow!(
            "{file} does not say which network it is of; give --model (and --width, --no-shortcut or --bn-after-activation where they differ from the defaults)"
        ))
    })?;
    settings.take_architecture(&network);
    if saved.settings().is_none() {
        let width = match network.options().width {
            Some(width) => format!(", {width} channels wide"),
            None => String::new(),
        };
        tell(format_args!(
            "note: {file} is taken for {network}{width}, by the names and shapes in it"
        ));
    }
    Ok(())
}

/// Says notes on standard error.
fn tell_all<'a>(notes: impl Iterator<Item = &'a Explanation>) {
    for note in notes {
        tell(format_args!("note: {}", note.say(&Terminal)));
    }
}
