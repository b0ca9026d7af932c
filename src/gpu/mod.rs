//! Adapter, device, pipelines, submission and readback: wgpu, and nothing of networks.
//!
//! [`adapter`] finds and describes adapters; [`Gpu`] is an opened one; [`pipeline`] turns WGSL into
//! something that can be dispatched, and [`compiling`] says how far that is; [`timing`] says how long a
//! dispatch takes.

pub mod adapter;
pub mod compiling;
mod drivers;
pub mod pipeline;
pub mod timing;

use std::sync::{Arc, Mutex, MutexGuard};

use futures_channel::oneshot;

pub use adapter::{AdapterChoice, Capabilities, Lanes};

use crate::field::{Explain, Explanation, Field, Remedy};
use crate::platform::IS_A_PAGE;
use pipeline::PipelineCache;

/// What to do where there is nothing to compute on.
const WITHOUT_ADAPTER: &str = match IS_A_PAGE {
    true => "switch on graphics acceleration in the browser's settings, or reload the page",
    false => {
        "install a Vulkan driver (on Debian: mesa-vulkan-drivers, which also computes without a GPU)"
    }
};

/// What can go wrong with an adapter or a device.
#[derive(Debug, thiserror::Error)]
pub enum GpuError {
    /// There is nothing to compute on.
    #[error(
        "no adapter that can compute was found{where_}; {}",
        hint.as_deref().unwrap_or(WITHOUT_ADAPTER)
    )]
    NoAdapter {
        /// ` on the backend …`, or nothing.
        where_: String,
        /// What to do, if something speaks for a GPU that was not found.
        hint: Option<String>,
    },
    /// The adapter asked for does not exist.
    #[error("there is no adapter {asked:?}; there are: {available}")]
    UnknownAdapter {
        /// What was asked for.
        asked: String,
        /// Those there are, numbered.
        available: String,
    },
    /// The adapter is too small for any network.
    #[error("the adapter {name} allows {found} {limit}, {needed} are needed")]
    TooLimited {
        /// The adapter's name.
        name: String,
        /// What it has too little of.
        limit: &'static str,
        /// How many it allows.
        found: u32,
        /// How many are needed.
        needed: u32,
    },
    /// The driver refused to open the adapter.
    #[error("the adapter {name} could not be opened: {message}")]
    NotOpened {
        /// The adapter's name.
        name: String,
        /// The driver's words.
        message: String,
    },
    /// The device is gone: driver reset, unplugged, or out of memory.
    #[error("the device was lost ({message}); the last checkpoint is whole")]
    Lost {
        /// The driver's words.
        message: String,
    },
    /// Memory for buffers could not be had.
    #[error("the adapter could not provide the memory asked for ({message})")]
    OutOfMemory {
        /// The driver's words.
        message: String,
    },
    /// A call was refused: a defect of this program or of the driver.
    #[error("the GPU refused a call: {message}")]
    Refused {
        /// The driver's words.
        message: String,
    },
    /// Whoever follows compiling did not want it to go on.
    #[error("compiling was stopped")]
    Stopped,
}

impl Explain for GpuError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::NoAdapter { .. } => told.or(Remedy::Change(&[Field::Backend])),
            Self::UnknownAdapter { .. } => told.about(Field::Adapter),
            Self::TooLimited { .. } => told.or(Remedy::Change(&[Field::Adapter])),
            Self::Lost { .. } => told
                .or(Remedy::Resume(None))
                .or(Remedy::Lower(&[Field::BatchSize])),
            Self::OutOfMemory { .. } => told.or(Remedy::LESS_MEMORY),
            Self::NotOpened { .. } | Self::Refused { .. } | Self::Stopped => told,
        }
    }
}

/// An opened adapter.
pub struct Gpu {
    /// What it is and what it allows.
    pub capabilities: Capabilities,
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    failure: Arc<Mutex<Option<GpuError>>>,
    pipelines: Mutex<PipelineCache>,
    follower: compiling::Follower,
}

impl Gpu {
    /// Opens an adapter.
    ///
    /// # Errors
    /// If there is none that fits, or its driver refuses.
    pub async fn open(choice: &AdapterChoice) -> Result<Self, GpuError> {
        let adapter = adapter::choose(choice).await?;
        let features = adapter.features() & Capabilities::FEATURES;
        Self::open_adapter(&adapter, adapter.limits(), features).await
    }

    /// Opens an adapter as if it allowed no more than `limits`, for instance WebGPU's default ones
    /// ([`wgpu::Limits::default`]), and had no features beside them.
    ///
    /// # Errors
    /// If there is none that fits, or it allows less than `limits`.
    pub async fn open_within(
        choice: &AdapterChoice,
        limits: wgpu::Limits,
    ) -> Result<Self, GpuError> {
        let adapter = adapter::choose(choice).await?;
        Self::open_adapter(&adapter, limits, wgpu::Features::empty()).await
    }

    async fn open_adapter(
        adapter: &wgpu::Adapter,
        limits: wgpu::Limits,
        features: wgpu::Features,
    ) -> Result<Self, GpuError> {
        let capabilities = Capabilities::within(adapter, &limits, features);
        capabilities.check()?;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("bnonly"),
            required_limits: limits,
            required_features: features,
            ..Default::default()
        };
        let (device, queue) =
            adapter
                .request_device(&descriptor)
                .await
                .map_err(|error| GpuError::NotOpened {
                    name: capabilities.name.clone(),
                    message: error.to_string(),
                })?;
        let failure = Arc::new(Mutex::new(None));
        let keep = |failure: &Arc<Mutex<Option<GpuError>>>, error| {
            failure
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .get_or_insert(error);
        };
        let lost = failure.clone();
        device.set_device_lost_callback(move |_, message| keep(&lost, GpuError::Lost { message }));
        let uncaptured = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error| keep(&uncaptured, error.into())));
        Ok(Self {
            capabilities,
            device,
            queue,
            failure,
            pipelines: Mutex::default(),
            follower: Default::default(),
        })
    }

    /// What the device has compiled, for all plans that are made on it.
    pub fn pipelines(&self) -> MutexGuard<'_, PipelineCache> {
        self.pipelines
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The first failure since the last call, if there was one.
    ///
    /// # Errors
    /// That failure.
    pub fn check(&self) -> Result<(), GpuError> {
        match self
            .failure
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .take()
        {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Runs `make` and hands back what the device had to say about it, memory included.
    ///
    /// # Errors
    /// If memory ran out or a call was refused.
    pub async fn guarded<T>(&self, make: impl FnOnce() -> T) -> Result<T, GpuError> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        let refused = validation.pop();
        let exhausted = memory.pop();
        let (exhausted, refused) = (exhausted.await, refused.await);
        if let Some(error) = exhausted.or(refused) {
            // What was refused may be a pipeline, which would be found again.
            *self.pipelines() = PipelineCache::default();
            return Err(error.into());
        }
        self.check()?;
        Ok(made)
    }

    /// Waits for a submission and for what it was to call back. On the web the page goes on
    /// meanwhile; natively this thread waits.
    ///
    /// # Errors
    /// If the device was lost.
    pub async fn finish<T>(
        &self,
        submission: wgpu::SubmissionIndex,
        called_back: oneshot::Receiver<T>,
    ) -> Result<T, GpuError> {
        let wait = wgpu::PollType::Wait {
            submission_index: Some(submission),
            timeout: None,
        };
        let polled = self.device.poll(wait);
        self.check()?;
        polled.map_err(|error| GpuError::Lost {
            message: error.to_string(),
        })?;
        called_back.await.map_err(|_| GpuError::Lost {
            message: "no answer".into(),
        })
    }

    /// Reads the first `bytes` of a buffer (a multiple of four), after all that was submitted.
    ///
    /// # Errors
    /// If the device was lost or has no memory left.
    pub async fn read(&self, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>, GpuError> {
        let staging = self
            .guarded(|| {
                self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("readback"),
                    size: bytes,
                    usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                    mapped_at_creation: false,
                })
            })
            .await?;
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, bytes);
        let submission = self.queue.submit([encoder.finish()]);
        let (sender, receiver) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more if the device was lost meanwhile.
            let _ = sender.send(result);
        });
        let lost = |message: String| GpuError::Lost { message };
        self.finish(submission, receiver)
            .await?
            .map_err(|error| lost(error.to_string()))?;
        let view = staging
            .get_mapped_range(..)
            .map_err(|error| lost(error.to_string()))?;
        Ok(view.to_vec())
    }
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        let message = error.to_string();
        match error {
            wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory { message },
            _ => GpuError::Refused { message },
        }
    }
}
