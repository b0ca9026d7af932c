//! What training moves, copied off the device without holding it up.

use futures_channel::oneshot;

use crate::gpu::{Gpu, GpuError};
use crate::network::State;
use crate::network::graph::{ParameterId, Role};
use crate::network::state::RunningStatistics;

use super::compile::Persistent;
use super::layout::Range;
use super::{Engine, EngineError};

/// What a snapshot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// γ and β, as far as they train.
    GammaBeta,
    /// All that training moves.
    Full,
}

/// What training has moved, as it was after some step.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Every parameter of which something trains, whole; of γ and β alone only these.
    pub parameters: Vec<(ParameterId, Vec<f32>)>,
    /// Running averages, one entry a BatchNorm, where the snapshot is full.
    pub running: Option<Vec<RunningStatistics>>,
}

impl Snapshot {
    /// Whether it is of all that training moves.
    pub fn is_full(&self) -> bool {
        self.running.is_some()
    }

    /// Brings a state of the same run up to this one.
    ///
    /// # Panics
    /// If it is of another graph.
    pub fn apply(&self, state: &mut State) {
        for (id, values) in &self.parameters {
            state.parameters[id.0].clone_from(values);
        }
        if let Some(running) = &self.running {
            state.running.clone_from(running);
        }
    }
}

/// Where snapshots pass through on their way to the host, one at a time. Each extent has memory of its own,
/// made when it is first asked for: a run that nobody watches does without.
#[derive(Default)]
pub(super) struct Snapshots {
    /// By extent.
    staging: [Option<Staging>; 2],
    under_way: Option<UnderWay>,
}

/// Memory that the host can read.
struct Staging {
    buffer: wgpu::Buffer,
    /// Where each parameter lies in it, in f32.
    places: Vec<(ParameterId, u64)>,
    /// Where the running averages begin in it, in f32, if it has them.
    running: Option<u64>,
}

struct UnderWay {
    extent: Extent,
    submission: wgpu::SubmissionIndex,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    batches_tracked: Vec<u64>,
}

impl Engine<'_> {
    /// Begins to copy what training moves, as it is after all steps submitted so far; `false` if an
    /// earlier copy is still under way. Waits for nothing.
    ///
    /// # Errors
    /// If the device failed meanwhile, or has no memory left.
    pub async fn begin_snapshot(&mut self, extent: Extent) -> Result<bool, EngineError> {
        let is_free = self.snapshots.under_way.is_none();
        if is_free {
            let staging = match self.snapshots.staging[extent as usize].take() {
                Some(staging) => staging,
                None => self.staging_for(extent).await?,
            };
            self.snapshots.under_way = Some(self.copy_into(&staging, extent));
            self.snapshots.staging[extent as usize] = Some(staging);
        }
        self.gpu.check()?;
        Ok(is_free)
    }

    /// The snapshot begun, if its copy has arrived. Waits for nothing.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub fn take_snapshot(&mut self) -> Result<Option<Snapshot>, EngineError> {
        let Some(under_way) = &mut self.snapshots.under_way else {
            return Ok(None);
        };
        let polled = self.gpu.device.poll(wgpu::PollType::Poll);
        self.gpu.check()?;
        polled.map_err(|error| lost(error.to_string()))?;
        match under_way.mapped.try_recv() {
            Ok(None) => return Ok(None),
            Ok(Some(mapped)) => mapped.map_err(|error| lost(error.to_string()))?,
            Err(oneshot::Canceled) => return Err(lost("no answer".into()).into()),
        }
        let (extent, batches_tracked) = (
            under_way.extent,
            std::mem::take(&mut under_way.batches_tracked),
        );
        self.snapshots.under_way = None;
        self.unpack(extent, batches_tracked).map(Some)
    }

    /// The snapshot begun, waiting for it; `None` if none was.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub async fn wait_for_snapshot(&mut self) -> Result<Option<Snapshot>, EngineError> {
        let Some(under_way) = self.snapshots.under_way.take() else {
            return Ok(None);
        };
        let mapped = self.gpu.finish(under_way.submission, under_way.mapped);
        mapped.await?.map_err(|error| lost(error.to_string()))?;
        self.unpack(under_way.extent, under_way.batches_tracked)
            .map(Some)
    }

    /// What lies in the mapped memory.
    fn unpack(&self, extent: Extent, batches_tracked: Vec<u64>) -> Result<Snapshot, EngineError> {
        let Some(staging) = &self.snapshots.staging[extent as usize] else {
            return Err(lost("no snapshot was begun".into()).into());
        };
        let view = staging
            .buffer
            .get_mapped_range(..)
            .map_err(|error| lost(error.to_string()))?;
        let values = |place: u64, len: usize| -> Vec<f32> {
            bytemuck::pod_collect_to_vec(&view[4 * place as usize..][..4 * len])
        };
        let parameters = staging
            .places
            .iter()
            .map(|(id, place)| (*id, values(*place, self.graph.parameter(*id).len())))
            .collect();
        let running = staging.running.map(|start| {
            std::iter::zip(&self.layout.running, &self.graph.batch_norms)
                .zip(batches_tracked)
                .map(|(([mean, variance], layer), batches_tracked)| {
                    let part =
                        |range: &Range| values(start + range.offset, layer.channels as usize);
                    RunningStatistics {
                        mean: part(mean),
                        variance: part(variance),
                        batches_tracked,
                    }
                })
                .collect()
        });
        drop(view);
        staging.buffer.unmap();
        Ok(Snapshot {
            parameters,
            running,
        })
    }

    async fn staging_for(&self, extent: Extent) -> Result<Staging, EngineError> {
        let is_norm =
            |id: &ParameterId| matches!(self.graph.parameter(*id).role, Role::Gamma | Role::Beta);
        let mut len = 0;
        let mut places = Vec::new();
        let trained = self.options.trained.trained();
        for id in trained.filter(|id| extent == Extent::Full || is_norm(id)) {
            places.push((id, len));
            len += self.layout.parameters[id.0].len;
        }
        let running = (extent == Extent::Full).then_some(len);
        if running.is_some() {
            len += self.layout.running_len;
        }
        let gpu: &Gpu = self.gpu;
        let buffer = gpu
            .guarded(|| {
                gpu.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("snapshot"),
                    size: 4 * len.max(4),
                    usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                    mapped_at_creation: false,
                })
            })
            .await?;
        Ok(Staging {
            buffer,
            places,
            running,
        })
    }

    fn copy_into(&self, staging: &Staging, extent: Extent) -> UnderWay {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let mut copy = |which, range: Range, place: u64| {
            let source = self.buffers.persistent(which);
            let [from, to, bytes] = [range.offset, place, range.len].map(|len| 4 * len);
            encoder.copy_buffer_to_buffer(source, from, &staging.buffer, to, bytes);
        };
        for (id, place) in &staging.places {
            copy(Persistent::Parameters, self.layout.parameters[id.0], *place);
        }
        if let Some(place) = staging.running {
            let all = Range {
                offset: 0,
                len: self.layout.running_len,
            };
            copy(Persistent::Running, all, place);
        }
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        staging
            .buffer
            .map_async(wgpu::MapMode::Read, .., move |result| {
                // Nobody listens any more if the engine was dropped meanwhile.
                let _ = sender.send(result);
            });
        UnderWay {
            extent,
            submission,
            mapped,
            batches_tracked: self.batches_tracked.clone(),
        }
    }
}

fn lost(message: String) -> GpuError {
    GpuError::Lost { message }
}
