//! What training moves, copied off the device without holding it up.

use futures_channel::oneshot;

use crate::network::State;
use crate::network::graph::ParameterId;
use crate::network::state::RunningStatistics;

use super::compile::Persistent;
use super::layout::Range;
use super::{Engine, EngineError};
use crate::gpu::{Gpu, GpuError};

/// Trained parameters and running averages after some step.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Every parameter of which something trains, whole.
    pub parameters: Vec<(ParameterId, Vec<f32>)>,
    /// One entry a BatchNorm.
    pub running: Vec<RunningStatistics>,
}

impl Snapshot {
    /// Brings a state of the same run up to this one.
    ///
    /// # Panics
    /// If it is of another graph.
    pub fn apply(&self, state: &mut State) {
        for (id, values) in &self.parameters {
            state.parameters[id.0].clone_from(values);
        }
        state.running.clone_from(&self.running);
    }
}

/// Where snapshots pass through on their way to the host.
pub(super) struct Passage {
    staging: wgpu::Buffer,
    /// Where each trained parameter lies in it, in f32.
    places: Vec<(ParameterId, u64)>,
    /// Where the running averages begin in it, in f32.
    running: u64,
    under_way: Option<UnderWay>,
}

struct UnderWay {
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
    pub async fn begin_snapshot(&mut self) -> Result<bool, EngineError> {
        let mut passage = match self.passage.take() {
            Some(passage) => passage,
            None => self.passage().await?,
        };
        let is_free = passage.under_way.is_none();
        if is_free {
            passage.under_way = Some(self.copy_into(&passage));
        }
        self.passage = Some(passage);
        self.gpu.check()?;
        Ok(is_free)
    }

    /// The snapshot begun, if its copy has arrived. Waits for nothing.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub fn take_snapshot(&mut self) -> Result<Option<Snapshot>, EngineError> {
        let Some(passage) = &mut self.passage else {
            return Ok(None);
        };
        let Some(under_way) = &mut passage.under_way else {
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
        let batches_tracked = std::mem::take(&mut under_way.batches_tracked);
        passage.under_way = None;
        Ok(Some(self.unpack(batches_tracked)?))
    }

    /// The snapshot begun, waiting for it; `None` if none was.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub async fn wait_for_snapshot(&mut self) -> Result<Option<Snapshot>, EngineError> {
        let under_way = self.passage.as_mut().and_then(|p| p.under_way.take());
        let Some(under_way) = under_way else {
            return Ok(None);
        };
        let mapped = self.gpu.finish(under_way.submission, under_way.mapped);
        mapped.await?.map_err(|error| lost(error.to_string()))?;
        Ok(Some(self.unpack(under_way.batches_tracked)?))
    }

    /// What lies in the mapped passage.
    fn unpack(&self, batches_tracked: Vec<u64>) -> Result<Snapshot, EngineError> {
        let Some(passage) = &self.passage else {
            return Err(lost("no snapshot was begun".into()).into());
        };
        let view = passage
            .staging
            .get_mapped_range(..)
            .map_err(|error| lost(error.to_string()))?;
        let values = |place: u64, len: usize| -> Vec<f32> {
            bytemuck::pod_collect_to_vec(&view[4 * place as usize..][..4 * len])
        };
        let parameters = passage
            .places
            .iter()
            .map(|(id, place)| (*id, values(*place, self.graph.parameter(*id).len())))
            .collect();
        let running = std::iter::zip(&self.layout.running, &self.graph.batch_norms)
            .zip(batches_tracked)
            .map(|(([mean, variance], layer), batches_tracked)| {
                let part =
                    |range: &Range| values(passage.running + range.offset, layer.channels as usize);
                RunningStatistics {
                    mean: part(mean),
                    variance: part(variance),
                    batches_tracked,
                }
            })
            .collect();
        drop(view);
        passage.staging.unmap();
        Ok(Snapshot {
            parameters,
            running,
        })
    }

    /// Made when the first snapshot is asked for: a run that nobody watches does without.
    async fn passage(&self) -> Result<Passage, EngineError> {
        let mut len = 0;
        let mut places = Vec::new();
        for id in self.options.trained.trained() {
            places.push((id, len));
            len += self.layout.parameters[id.0].len;
        }
        let bytes = 4 * (len + self.layout.running_len).max(4);
        let gpu: &Gpu = self.gpu;
        let staging = gpu
            .guarded(|| {
                gpu.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("snapshot"),
                    size: bytes,
                    usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                    mapped_at_creation: false,
                })
            })
            .await?;
        Ok(Passage {
            staging,
            places,
            running: len,
            under_way: None,
        })
    }

    fn copy_into(&self, passage: &Passage) -> UnderWay {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let parameters = self.buffers.persistent(Persistent::Parameters);
        for (id, place) in &passage.places {
            let Range { offset, len } = self.layout.parameters[id.0];
            encoder.copy_buffer_to_buffer(
                parameters,
                4 * offset,
                &passage.staging,
                4 * place,
                4 * len,
            );
        }
        let running = self.buffers.persistent(Persistent::Running);
        let bytes = 4 * self.layout.running_len;
        encoder.copy_buffer_to_buffer(running, 0, &passage.staging, 4 * passage.running, bytes);
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        passage
            .staging
            .map_async(wgpu::MapMode::Read, .., move |result| {
                // Nobody listens any more if the engine was dropped meanwhile.
                let _ = sender.send(result);
            });
        UnderWay {
            submission,
            mapped,
            batches_tracked: self.batches_tracked.clone(),
        }
    }
}

fn lost(message: String) -> GpuError {
    GpuError::Lost { message }
}
