//! New running statistics for a network: the averages over batches of images, while nothing else changes.

use crate::data::{Batch, Images};
use crate::engine::{Engine, EngineError, Extent, PlanOptions};
use crate::gpu::Gpu;
use crate::kernels::batch_norm::MOMENTUM;
use crate::network::{Graph, State};

/// A state whose running statistics are the mean of those of each batch of `images`, taken in their order, `max_batch`
/// of the plan at a time: what PyTorch's BatchNorm keeps with `momentum=None`. Variances are unbiased, and a smaller
/// last batch counts as much as the others. `progress` is told of batches done and of all; the answer is `None` where
/// it says that no more is wanted.
///
/// # Errors
/// If the plan does not fit the adapter, or the device fails.
pub async fn recalibrated(
    gpu: &Gpu,
    graph: &Graph,
    plan: PlanOptions,
    images: &Images,
    state: &State,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Option<State>, EngineError> {
    let max_batch = plan.max_batch as usize;
    let mut engine = Engine::new(gpu, graph, plan, state).await?;
    let order: Vec<u32> = (0..images.len() as u32).collect();
    let mut batch = Batch::with_capacity(max_batch, images);
    let mut before = flat(state);
    let mut sums = vec![0.0f64; before.len()];
    let batches = order.len().div_ceil(max_batch);
    for (done, indices) in order.chunks(max_batch).enumerate() {
        if !progress(done, batches) {
            return Ok(None);
        }
        batch.fill(images, indices, None);
        engine.train((&batch).into(), 0.0)?;
        engine.next_result().await?;
        engine.begin_snapshot(Extent::Full).await?;
        let snapshot = engine.wait_for_snapshot().await?;
        let mut now = state.clone();
        if let Some(snapshot) = snapshot {
            snapshot.apply(&mut now);
        }
        let after = flat(&now);
        // The step has made r' = (1 − m)·r + m·x of r; x is what is wanted.
        for ((sum, r), moved) in sums.iter_mut().zip(&before).zip(&after) {
            *sum += (moved - (1.0 - MOMENTUM) * r) / MOMENTUM;
        }
        before = after;
    }
    progress(batches, batches);
    let mut state = state.clone();
    let mut means = sums.iter().map(|sum| (sum / batches as f64) as f32);
    for running in &mut state.running {
        for mean in &mut running.mean {
            *mean = means.next().unwrap_or_default();
        }
        for variance in &mut running.variance {
            // What cancels may leave a little less than nothing of a channel that never changes.
            *variance = means.next().unwrap_or_default().max(0.0);
        }
        running.batches_tracked = batches as u64;
    }
    Ok(Some(state))
}

/// All running means and variances, layer by layer.
fn flat(state: &State) -> Vec<f64> {
    let layers = state.running.iter();
    let values = layers.flat_map(|running| running.mean.iter().chain(&running.variance));
    values.map(|value| f64::from(*value)).collect()
}
