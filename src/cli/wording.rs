//! What the command line calls fields and ways out of errors.

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use super::Usage;
use super::given::option;
use crate::data::DataError;
use crate::engine::EngineError;
use crate::experiment::plan::PlanError;
use crate::field::{Explain, Explanation, Field, Remedy, Wording};
use crate::gpu::GpuError;
use crate::network::NetworkError;
use crate::session::SessionError;
use crate::train::checkpoint::CheckpointError;
use crate::train::run_folder::RunFolderError;
use crate::train::settings::SettingsError;
use crate::train::start::StartError;
use crate::train::table::setting;
use crate::train::trainer::TrainError;

/// Fields are options: `--batch-size`.
pub(super) struct Terminal;

impl Wording for Terminal {
    fn name(&self, field: Field) -> Option<Cow<'static, str>> {
        let name = setting(field).map_or(field.key(), option);
        Some(format!("--{name}").into())
    }

    fn remedy(&self, remedy: &Remedy) -> Option<String> {
        let with_path = |text: &str, path: &Path| Some(format!("{text} {}", path.display()));
        match remedy {
            Remedy::Use(fields) => {
                let names: Vec<_> = fields
                    .iter()
                    .filter_map(|field| self.name(*field))
                    .collect();
                Some(format!("use {}", names.join(" or ")))
            }
            Remedy::Resume(None) => Some("continue the run with --resume".to_owned()),
            Remedy::Resume(Some(run)) => with_path("continue the run with --resume", run),
            Remedy::StartAnew(config) => with_path("start a new run with --config", config),
            Remedy::StartFrom(file) => with_path("start a new run with --init", file),
            Remedy::Give(field, "", end) => Some(format!("give {} {end}", self.name(*field)?)),
            Remedy::Give(field, value, end) => {
                Some(format!("give {} {value} {end}", self.name(*field)?))
            }
            Remedy::Change(fields) if fields.contains(&Field::Adapter) => {
                let said = self.usual_remedy(remedy)?;
                Some(format!("{said} (`bnonly devices` lists adapters)"))
            }
            _ => self.usual_remedy(remedy),
        }
    }
}

/// An error with its causes, as a sentence; what quotes its cause already does not say it twice.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    if let Some(Usage(wrong)) = error.downcast_ref() {
        return sentence(wrong);
    }
    let mut said = String::new();
    for cause in error.chain() {
        let explanation = explained(cause);
        let is_explained = explanation.is_some();
        let told = match explanation {
            Some(explanation) => explanation.say(&Terminal),
            None => cause.to_string(),
        };
        if said.is_empty() {
            said = told;
        } else if !said.contains(&told) {
            said = format!("{said}: {told}");
        }
        // It quotes all that is below it.
        if is_explained {
            break;
        }
    }
    said
}

/// An error's parts, if it is one of the library's.
fn explained(error: &(dyn Error + 'static)) -> Option<Explanation> {
    fn of<E: Explain + Error + 'static>(error: &(dyn Error + 'static)) -> Option<Explanation> {
        error.downcast_ref::<E>().map(Explain::explain)
    }
    // A session's end is told to several, so its error is shared.
    if let Some(shared) = error.downcast_ref::<Arc<SessionError>>() {
        return Some(shared.explain());
    }
    let kinds = [
        of::<SessionError>,
        of::<StartError>,
        of::<SettingsError>,
        of::<NetworkError>,
        of::<DataError>,
        of::<EngineError>,
        of::<GpuError>,
        of::<TrainError>,
        of::<RunFolderError>,
        of::<CheckpointError>,
        of::<PlanError>,
    ];
    kinds.iter().find_map(|explain| explain(error))
}
