//! Which adapters there are, and what each allows.

use super::GpuError;
use super::drivers::nvidia_without_vulkan;
use crate::platform::{IS_A_PAGE, ask_for_subgroups, fs};

/// Which adapter to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdapterChoice {
    /// A number as `bnonly devices` gives it, or part of a name (`3090`, where there are not so many); else the most
    /// capable adapter.
    pub adapter: Option<String>,
    /// Only adapters of this interface.
    pub backend: Option<wgpu::Backend>,
    /// Of several alike, the one at this place, counted round and round: of those of the kind of the most capable one,
    /// or of those whose name has the part asked for. An adapter asked for by its number is that one.
    pub turn: u32,
}

/// What runs the threads of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lanes {
    /// Of a CPU, not a GPU: other kernels are fast there.
    pub of_cpu: bool,
    /// Lanes of a subgroup, where kernels may use subgroups and all have as many.
    pub subgroup_size: Option<u32>,
}

/// What an adapter is and allows; the one place that decides what the engine may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// The adapter's name, e.g. `NVIDIA H200`.
    pub name: String,
    /// The driver and its version.
    pub driver: String,
    /// Vulkan, Metal, DX12, GL or the browser's WebGPU.
    pub backend: wgpu::Backend,
    /// Discrete, integrated, virtual or a processor.
    pub device_type: wgpu::DeviceType,
    /// Bytes of the largest buffer.
    pub max_buffer_bytes: u64,
    /// Bytes of the largest storage binding.
    pub max_binding_bytes: u64,
    /// Storage buffers a kernel may use.
    pub max_storage_buffers: u32,
    /// Invocations of a workgroup.
    pub max_invocations: u32,
    /// Workgroups in one dimension of a dispatch.
    pub max_workgroups: u32,
    /// Bytes that the start of a storage binding is a multiple of.
    pub storage_alignment: u32,
    /// Lanes of a subgroup, where kernels may use subgroups and all have as many.
    pub subgroup_size: Option<u32>,
    /// Whether kernels may compute and store in f16.
    pub half_precision: bool,
    /// Whether kernels may load and store 64-bit integers, and it pays: processors load four of them in hardly
    /// more time than four of 32 bits. Measured on llvmpipe; whether it pays on a GPU is unmeasured.
    pub wide_loads: bool,
}

impl Capabilities {
    /// Features that kernels have variants for; used where the adapter has them.
    pub(super) const FEATURES: wgpu::Features = wgpu::Features::SUBGROUP
        .union(wgpu::Features::SHADER_F16)
        .union(wgpu::Features::SHADER_INT64);

    /// What an adapter says of itself.
    pub fn of(adapter: &wgpu::Adapter) -> Self {
        let features = adapter.features() & Self::FEATURES;
        Self::within(adapter, &adapter.limits(), features)
    }

    /// What an adapter says of itself, and what it allows a device with these limits and features.
    pub(super) fn within(
        adapter: &wgpu::Adapter,
        limits: &wgpu::Limits,
        features: wgpu::Features,
    ) -> Self {
        let info = adapter.get_info();
        // Browsers may keep it to themselves.
        let name = match info.name.is_empty() {
            true => "the browser's adapter".to_owned(),
            false => info.name,
        };
        Self {
            name,
            driver: [info.driver, info.driver_info].join(" ").trim().to_owned(),
            backend: info.backend,
            device_type: info.device_type,
            max_buffer_bytes: limits.max_buffer_size,
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
            max_invocations: limits.max_compute_invocations_per_workgroup,
            max_workgroups: limits.max_compute_workgroups_per_dimension,
            storage_alignment: limits.min_storage_buffer_offset_alignment,
            // Of a browser wgpu knows no such feature, but these sizes, which differ or are 0 where it has none.
            subgroup_size: ((IS_A_PAGE || features.contains(wgpu::Features::SUBGROUP))
                && info.subgroup_min_size == info.subgroup_max_size)
                .then_some(info.subgroup_min_size),
            half_precision: features.contains(wgpu::Features::SHADER_F16),
            wide_loads: features.contains(wgpu::Features::SHADER_INT64)
                && info.backend == wgpu::Backend::Vulkan
                && info.device_type == wgpu::DeviceType::Cpu,
        }
    }

    /// What runs the threads of a kernel.
    pub fn lanes(&self) -> Lanes {
        Lanes {
            of_cpu: self.device_type == wgpu::DeviceType::Cpu,
            subgroup_size: self.subgroup_size,
        }
    }

    /// Whether the kernels can run at all.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        let needs = [
            ("storage buffers a kernel", self.max_storage_buffers, 7),
            (
                "invocations a workgroup",
                self.max_invocations,
                crate::gpu::pipeline::MIN_INVOCATIONS,
            ),
            ("workgroups a dimension", self.max_workgroups, 65_535),
        ];
        for (limit, found, needed) in needs {
            if found < needed {
                return Err(GpuError::TooLimited {
                    name: self.name.clone(),
                    limit,
                    found,
                    needed,
                });
            }
        }
        Ok(())
    }

    /// Real GPUs first, those that share the processor's memory after them, software last.
    fn rank(&self) -> u32 {
        let kind = match self.device_type {
            wgpu::DeviceType::DiscreteGpu => 0,
            wgpu::DeviceType::IntegratedGpu => 1,
            wgpu::DeviceType::VirtualGpu => 2,
            wgpu::DeviceType::Other => 3,
            wgpu::DeviceType::Cpu => 4,
        };
        2 * kind + u32::from(self.backend == wgpu::Backend::Gl)
    }
}

impl std::fmt::Display for Capabilities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.device_type {
            wgpu::DeviceType::DiscreteGpu => "GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Cpu => "software",
            wgpu::DeviceType::Other => "unknown kind",
        };
        write!(f, "{} ({kind}, {}", self.name, self.backend)?;
        if !self.driver.is_empty() {
            write!(f, ", {}", self.driver)?;
        }
        write!(f, ")")
    }
}

/// All adapters that could compute, the most capable first; their order is their number.
pub async fn list(backend: Option<wgpu::Backend>) -> Vec<Capabilities> {
    enumerate(backend)
        .await
        .into_iter()
        .map(|(_, capabilities)| capabilities)
        .collect()
}

/// Adapters of one interface; of the main ones if none is named, and of GL only where those have none.
async fn enumerate(backend: Option<wgpu::Backend>) -> Vec<(wgpu::Adapter, Capabilities)> {
    match backend {
        Some(backend) => enumerate_in(backend.into()).await,
        None => {
            let found = enumerate_in(wgpu::Backends::PRIMARY).await;
            if found.is_empty() {
                enumerate_in(wgpu::Backends::GL).await
            } else {
                found
            }
        }
    }
}

async fn enumerate_in(backends: wgpu::Backends) -> Vec<(wgpu::Adapter, Capabilities)> {
    ask_for_subgroups();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        // With debug information naga counts the lines up to each instruction and drivers carry them on:
        // half of what a kernel takes to compile. WGPU_DEBUG=1 brings it back.
        flags: wgpu::InstanceFlags::default()
            .difference(wgpu::InstanceFlags::DEBUG)
            .with_env(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut adapters: Vec<_> = instance
        .enumerate_adapters(backends)
        .await
        .into_iter()
        .map(|adapter| {
            let capabilities = Capabilities::of(&adapter);
            (adapter, capabilities)
        })
        .collect();
    adapters.sort_by_key(|(_, capabilities)| capabilities.rank());
    adapters
}

pub(super) async fn choose(choice: &AdapterChoice) -> Result<wgpu::Adapter, GpuError> {
    let adapters = enumerate(choice.backend).await;
    if adapters.is_empty() {
        let where_ = choice
            .backend
            .map_or(String::new(), |backend| format!(" on {backend}"));
        let hint = unseen_gpu();
        return Err(GpuError::NoAdapter { where_, hint });
    }
    let names: Vec<&str> = adapters
        .iter()
        .map(|(_, found)| found.name.as_str())
        .collect();
    let places = match &choice.adapter {
        None => (0..names.len()).collect(),
        Some(asked) => places(asked, &names),
    };
    let kind = |place: usize| (adapters[place].1.rank(), adapters[place].1.backend);
    let place = at_turn(&places, kind, choice.turn);
    let Some(place) = place else {
        let available: Vec<_> = adapters
            .iter()
            .enumerate()
            .map(|(number, (_, capabilities))| format!("{number} {capabilities}"))
            .collect();
        return Err(GpuError::UnknownAdapter {
            asked: choice.adapter.clone().unwrap_or_default(),
            available: available.join("; "),
        });
    };
    let (adapter, _) = adapters
        .into_iter()
        .nth(place)
        .expect("the place was found in this list");
    Ok(adapter)
}

/// Of these places of adapters that one whose turn it is, among those of the first one's kind.
fn at_turn<K: PartialEq>(places: &[usize], kind: impl Fn(usize) -> K, turn: u32) -> Option<usize> {
    let first = kind(*places.first()?);
    let alike: Vec<_> = (places.iter().copied())
        .filter(|place| kind(*place) == first)
        .collect();
    Some(alike[turn as usize % alike.len()])
}

/// Which of the adapters are meant, by a number in the list or by part of their names. A number beyond the list is one in
/// a name, and the whole of it: `3090` is, `3` is none of an RTX 3090.
fn places(asked: &str, names: &[&str]) -> Vec<usize> {
    let all = |is_meant: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let named = names.iter().enumerate();
        let meant = named.filter(|(_, name)| is_meant(name));
        meant.map(|(place, _)| place).collect()
    };
    let Ok(number) = asked.parse::<usize>() else {
        let part = asked.to_lowercase();
        return all(&|name| name.to_lowercase().contains(&part));
    };
    if number < names.len() {
        return vec![number];
    }
    let numbers = |name: &str| -> Vec<String> {
        let parts = name.split(|letter: char| !letter.is_ascii_digit());
        parts.map(str::to_owned).collect()
    };
    all(&|name| numbers(name).iter().any(|part| part == asked))
}

/// What to do about a GPU that should be here and was not found, if something speaks for one.
pub fn unseen_gpu() -> Option<String> {
    nvidia_without_vulkan(|name| std::env::var(name).ok(), fs::exists)
}

#[cfg(test)]
mod tests {
    use super::{at_turn, places};

    #[test]
    fn a_number_that_no_adapter_has_is_part_of_a_name() {
        let names = [
            "NVIDIA GeForce RTX 4090",
            "NVIDIA GeForce RTX 3090",
            "llvmpipe (LLVM 15.0.6, 256 bits)",
        ];
        for (asked, expected) in [
            ("0", Some(0)),
            ("2", Some(2)),
            ("3", None),
            ("3090", Some(1)),
            ("256", Some(2)),
            ("LLVMPIPE", Some(2)),
            ("nvidia", Some(0)),
            ("7", None),
            ("radeon", None),
        ] {
            assert_eq!(places(asked, &names).first().copied(), expected, "{asked}");
        }
    }

    #[test]
    fn ranks_of_a_machine_take_its_adapters_in_turns() {
        let names = ["NVIDIA A100", "NVIDIA A100", "Intel Arc", "llvmpipe"];
        let kind = |place: usize| place == 3;
        let turns = |places: &[usize]| [0, 1, 2, 3].map(|turn| at_turn(places, kind, turn));
        let of = |places: [usize; 4]| places.map(Some);
        // No software beside real GPUs, and only those that were asked for.
        assert_eq!(turns(&[0, 1, 2, 3]), of([0, 1, 2, 0]));
        assert_eq!(turns(&places("a100", &names)), of([0, 1, 0, 1]));
        assert_eq!(turns(&places("2", &names)), of([2; 4]));
        assert_eq!(turns(&places("llvm", &names)), of([3; 4]));
        assert_eq!(turns(&[]), [None; 4]);
    }
}
