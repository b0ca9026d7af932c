//! What a run needs before it can be opened: data, network, first state, and a place for its files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use web_time::SystemTime;

use super::{NewFolder, Origin, SessionError};
use crate::data::{DataSet, Loaded, Manifest};
use crate::field::Explanation;
use crate::gpu::adapter::unseen_gpu;
use crate::gpu::{AdapterChoice, Gpu};
use crate::network::counts;
use crate::platform::lock::holder;
use crate::train::advice::settle_flip;
use crate::train::checkpoint::Checkpoint;
use crate::train::longer::{ends_early, stretched};
use crate::train::manifest::Earlier;
use crate::train::run_folder::{
    Facts, LOCK, RunFolder, RunFolderError, check_new, check_place, read_last, run_of,
};
use crate::train::settings::Settings;
use crate::train::start::{Start, check, load};

/// What a run needs of its request, found and checked.
pub(super) struct Prepared<'a> {
    pub settings: Settings,
    pub data: Arc<DataSet>,
    pub start: Arc<Start>,
    pub place: Place<'a>,
    /// The files that the images came from.
    pub manifest: Manifest,
    /// What the person who asked should know.
    pub notes: Vec<Explanation>,
}

/// Where a run is kept.
pub(super) enum Place<'a> {
    /// A resumed run's folder.
    Open(RunFolder),
    /// That of a run which is only read, and who trains it.
    Shown { run: &'a Path, holder: String },
    /// A new one's, made when everything else stands.
    New(&'a NewFolder),
}

/// What is asked for, before anything is read that takes long.
struct Asked<'a> {
    settings: Settings,
    place: Place<'a>,
    /// What to go on from.
    checkpoint: Option<Checkpoint>,
    /// The run that read these images before: the one to go on with, or the one whose state this one begins with.
    run: Option<PathBuf>,
}

/// Whether who prepares a run keeps its folder, or takes part in what another keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Keeps,
    TakesPart,
}

/// Reads what is needed and checks what can be checked without a device.
pub(super) async fn prepare(origin: &Origin, role: Role) -> Result<Prepared<'_>, SessionError> {
    let Asked {
        mut settings,
        place,
        checkpoint,
        run,
    } = asked(origin, role)?;
    check(&settings).map_err(SessionError::Start)?;
    let earlier = Earlier::of(run.as_deref());
    let earlier = earlier.map_err(|error| SessionError::Folder(error.into()))?;
    let loaded = load(&settings, &earlier).await;
    let Loaded {
        data,
        manifest,
        mut notes,
    } = loaded.map_err(SessionError::Data)?;
    let shape = data.shape();
    settings.normalization = settings.normalization.settled(&data.train);
    match checkpoint {
        None => notes.extend(settle_flip(&mut settings, &shape)),
        // Versions that did not note it mirrored all images.
        Some(_) => _ = settings.flip.get_or_insert(true),
    }
    let steps_per_epoch = settings.batches(&shape).steps();
    let start = match (checkpoint, origin) {
        (Some(checkpoint), Origin::Resumed { run, .. } | Origin::Read { run }) => {
            let (before, step) = (&checkpoint.settings, checkpoint.progress.step);
            notes.extend(stretched(before, &settings, steps_per_epoch, step));
            let resumed = Start::resumed(&settings, &shape, checkpoint);
            resumed.map_err(|source| SessionError::Resume {
                run: run.clone(),
                source: Box::new(source),
            })?
        }
        _ => Start::new(&settings, &shape).map_err(SessionError::Start)?,
    };
    notes.extend(start.notes.iter().cloned());
    notes.extend(ends_early(&settings, steps_per_epoch));
    Ok(Prepared {
        manifest: earlier.and(&manifest),
        settings,
        data: Arc::new(data),
        start: Arc::new(start),
        place,
        notes,
    })
}

fn asked(origin: &Origin, role: Role) -> Result<Asked<'_>, SessionError> {
    match origin {
        Origin::New { settings, folder } => {
            if role == Role::Keeps {
                folder.check().map_err(SessionError::Folder)?;
            }
            Ok(Asked {
                settings: Settings::clone(settings),
                place: Place::New(folder),
                checkpoint: None,
                run: settings.init.as_deref().and_then(run_of),
            })
        }
        Origin::Read { run } => {
            let checkpoint = read_last(run).map_err(SessionError::Folder)?;
            let mut settings = checkpoint.settings.clone();
            settings.make_absolute();
            let holder = holder(&run.join(LOCK)).unwrap_or_default();
            Ok(Asked {
                settings,
                place: Place::Shown { run, holder },
                checkpoint: Some(checkpoint),
                run: Some(run.clone()),
            })
        }
        Origin::Resumed {
            run,
            data,
            epochs,
            max_steps,
            schedule_epochs,
        } => {
            let (place, checkpoint) = match role {
                Role::Keeps => RunFolder::resume(run)
                    .map(|(folder, checkpoint)| (Place::Open(folder), checkpoint)),
                Role::TakesPart => read_last(run).map(|checkpoint| {
                    let holder = String::new();
                    (Place::Shown { run, holder }, checkpoint)
                }),
            }
            .map_err(SessionError::Folder)?;
            let mut settings = checkpoint.settings.clone();
            if let Some(data) = data {
                settings.data.clone_from(data);
            }
            if let Some(epochs) = *epochs {
                (settings.epochs, settings.max_steps) = (epochs, None);
            }
            settings.max_steps = max_steps.or(settings.max_steps);
            settings.schedule_epochs = schedule_epochs.or(settings.schedule_epochs);
            settings.make_absolute();
            Ok(Asked {
                settings,
                place,
                checkpoint: Some(checkpoint),
                run: Some(run.clone()),
            })
        }
    }
}

impl NewFolder {
    /// Checks that a run could be kept there.
    fn check(&self) -> Result<(), RunFolderError> {
        match self {
            Self::At(path) => check_new(path),
            Self::Within(runs) => check_place(runs),
        }
    }
}

impl Place<'_> {
    /// The folder, made where it is new, with the settings, the files' list and what is known of them in it.
    pub fn open(
        self,
        settings: &Settings,
        manifest: &Manifest,
        facts: &Facts,
    ) -> Result<RunFolder, RunFolderError> {
        let folder = match self {
            Self::Shown { run, holder } => Err(RunFolderError::InUse {
                path: run.to_owned(),
                holder,
            }),
            Self::Open(folder) => folder.save_settings(settings).map(|()| folder),
            Self::New(NewFolder::At(path)) => RunFolder::create_at(path, settings),
            Self::New(NewFolder::Within(runs)) => {
                RunFolder::create(runs, settings, SystemTime::now())
            }
        }?;
        folder.save_manifest(manifest)?;
        folder.save_facts(facts)?;
        Ok(folder)
    }
}

/// What is to be known of a run that its settings leave open.
pub(super) fn facts(data: &DataSet, start: &Start, total_steps: u64) -> Facts {
    Facts {
        total_steps,
        training_images: data.train.len() as u64,
        test_images: data.test.len() as u64,
        classes: data.classes.len() as u64,
        parameters: counts(&start.graph).all,
        trained_parameters: start.trained.trained_count(&start.graph),
    }
}

/// What to say of a GPU that seems to be here where a CPU is the most capable adapter found.
pub(super) fn gpu_unused(choice: &AdapterChoice, gpu: &Gpu) -> Option<Explanation> {
    let is_best = *choice == AdapterChoice::default();
    let is_unused = is_best && gpu.capabilities.lanes().of_cpu;
    unseen_gpu().filter(|_| is_unused).map(Explanation::new)
}
