//! What a run needs before it can be opened: data, network, first state, and a place for its files.

use std::sync::Arc;

use web_time::SystemTime;

use super::{NewFolder, Origin, SessionError};
use crate::data::{DataSet, Loaded};
use crate::field::Explanation;
use crate::train::advice::settle_flip;
use crate::train::run_folder::{RunFolder, RunFolderError};
use crate::train::settings::Settings;
use crate::train::start::{Start, check, load};

/// What a run needs of its request, found and checked.
pub(super) struct Prepared<'a> {
    pub settings: Settings,
    pub data: Arc<DataSet>,
    pub start: Arc<Start>,
    pub place: Place<'a>,
    /// What the person who asked should know.
    pub notes: Vec<Explanation>,
}

/// Where a run is kept.
pub(super) enum Place<'a> {
    /// A resumed run's folder.
    Open(RunFolder),
    /// A new one's, made when everything else stands.
    New(&'a NewFolder),
}

/// Reads what is needed and checks what can be checked without a device.
pub(super) async fn prepare(origin: &Origin) -> Result<Prepared<'_>, SessionError> {
    let (mut settings, place, checkpoint) = match origin {
        Origin::New { settings, folder } => (Settings::clone(settings), Place::New(folder), None),
        Origin::Resumed {
            run,
            data,
            epochs,
            max_steps,
        } => {
            let (folder, checkpoint) = RunFolder::resume(run).map_err(SessionError::Folder)?;
            let mut settings = checkpoint.settings.clone();
            if let Some(data) = data {
                settings.data.clone_from(data);
            }
            if let Some(epochs) = *epochs {
                (settings.epochs, settings.max_steps) = (epochs, None);
            }
            settings.max_steps = max_steps.or(settings.max_steps);
            settings.make_absolute();
            (settings, Place::Open(folder), Some((run, checkpoint)))
        }
    };
    check(&settings).map_err(SessionError::Start)?;
    let Loaded {
        data, mut notes, ..
    } = load(&settings).await.map_err(SessionError::Data)?;
    match checkpoint {
        None => notes.extend(settle_flip(&mut settings, &data.shape())),
        // Versions that did not note it mirrored all images.
        Some(_) => _ = settings.flip.get_or_insert(true),
    }
    let start =
        match checkpoint {
            None => Start::new(&settings, &data.shape()).map_err(SessionError::Start)?,
            Some((run, checkpoint)) => Start::resumed(&settings, &data.shape(), checkpoint)
                .map_err(|source| SessionError::Resume {
                    run: run.clone(),
                    source: Box::new(source),
                })?,
        };
    notes.extend(start.notes.iter().cloned());
    Ok(Prepared {
        settings,
        data: Arc::new(data),
        start: Arc::new(start),
        place,
        notes,
    })
}

impl Place<'_> {
    /// The folder, made where it is new, with the settings in it.
    pub fn open(self, settings: &Settings) -> Result<RunFolder, RunFolderError> {
        match self {
            Self::Open(folder) => folder.save_settings(settings).map(|()| folder),
            Self::New(NewFolder::At(path)) => RunFolder::create_at(path, settings),
            Self::New(NewFolder::Within(runs)) => {
                RunFolder::create(runs, settings, SystemTime::now())
            }
        }
    }
}
