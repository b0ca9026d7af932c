//! A run that several programs share: one has a session, the others take part in its steps.

use super::prepare::{Prepared, Role, prepare};
use super::{OpenGpu, Origin, SessionError};
use crate::field::Explanation;
use crate::gpu::AdapterChoice;
use crate::train::peers::Peers;
use crate::train::settings::Settings;
use crate::train::trainer::Trainer;

/// Takes part in a run that another of the `peers` keeps, up to its last step: with this one's part of each batch, and
/// without writing anything.
///
/// # Errors
/// What this one met, or that the others do not go on.
pub async fn take_part(
    origin: &Origin,
    adapter: AdapterChoice,
    open_gpu: &OpenGpu,
    peers: Box<dyn Peers>,
) -> Result<(), SessionError> {
    let Prepared {
        settings,
        data,
        start,
        ..
    } = prepare(origin, Role::TakesPart).await?;
    let gpu = open_gpu(adapter).await.map_err(SessionError::Gpu)?;
    let trainer = Trainer::among(&gpu, &data, &settings, &start, Some(peers)).await;
    let mut trainer = trainer.map_err(SessionError::Plan)?;
    while !trainer.is_done() {
        let step = trainer.step(&mut |_| {}).await;
        step.map_err(SessionError::Plan)?;
    }
    Ok(())
}

/// What to know of a run that so many share.
pub(super) fn shared(ranks: usize, settings: &Settings) -> Explanation {
    let batch = settings.batch_size;
    Explanation::new(format!(
        "{ranks} ranks share each batch of {batch} images: BatchNorm normalises on each by its own {} alone, and rank 0's \
         running averages are kept",
        batch as usize / ranks
    ))
}
