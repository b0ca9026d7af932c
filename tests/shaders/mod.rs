//! Every kernel, over shapes and flags, is valid WGSL, uses its bindings as the host lays them out,
//! and keeps within WebGPU's default limits. Needs no GPU.

mod golden;

use std::collections::HashSet;
use std::sync::LazyLock;

use bnonly::gpu::Lanes;
use bnonly::gpu::pipeline::Access;
use bnonly::kernels::batch_norm::{self, BatchNormShape, Epilogue};
use bnonly::kernels::ceilings::{self, MultiplyAdd};
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::conv::{
    self, BackwardExtras, ConvShape, Direction, Entry, ForwardExtras, Gate, WeightChunks,
};
use bnonly::kernels::linear::{self, LinearShape};
use bnonly::kernels::loss::Loss;
use bnonly::kernels::optimizer::{self, Rule};
use bnonly::kernels::pool::{self, PoolShape};
use bnonly::kernels::shortcut::{self, ShortcutShape};
use bnonly::kernels::{
    Blocked, Kernel, Precision, WORKGROUP_SIZE, elementwise, input, loss, reduce,
};

use naga::ShaderStage::Compute;
use naga::back::{glsl, hlsl, msl, spv};
use naga::valid::{Capabilities, GlobalUse, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, GlobalVariable, Handle, Module, StorageAccess};
use rayon::prelude::*;

/// WebGPU's `maxStorageBuffersPerShaderStage`.
const MAX_STORAGE_BUFFERS: usize = 8;
/// WebGPU's `maxComputeWorkgroupStorageSize`, in bytes.
const MAX_WORKGROUP_BYTES: u32 = 16 * 1024;
/// WebGPU's `maxComputeInvocationsPerWorkgroup`.
const MAX_INVOCATIONS: u32 = 256;

/// How images lie in memory and are touched.
type Stored = fn(Blocked) -> Blocked;
const SINGLE: Stored = |images| images;
const PAIRS: Stored = |images| images.in_pairs(true);
const HALF: Stored = |images| images.stored_in(Precision::F16);

fn conv_kernels(stored: Stored) -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for (channels, filters) in [(1, 1), (5, 7), (40, 24)] {
        for (kernel, stride, padding) in [
            (1, 1, 0),
            (1, 2, 0),
            (3, 1, 1),
            (3, 2, 1),
            (3, 3, 0),
            (5, 3, 2),
            (7, 2, 3),
        ] {
            let (height, width) = (9, 14);
            let size = |size: u32| (size + 2 * padding - kernel) / stride + 1;
            let shape = ConvShape {
                input: stored(Blocked::new(channels, height, width)),
                output: stored(Blocked::new(filters, size(height), size(width))),
                kernel,
                stride,
                padding,
            };
            let chunks = WeightChunks::new(&shape, 128);
            // Large kernels over many channels are long texts that say nothing new.
            let quick = match filters {
                0..5 => true,
                5..20 => kernel <= 3,
                _ => kernel == 3 && stride == 1,
            };
            if quick {
                kernels.extend(passes(&shape));
            }
            kernels.extend([
                conv::grad_weight(&shape, chunks),
                reduce::sum_partials(shape.weight_len(), chunks, shape.input.precision),
                reduce::channel_sums(shape.output, chunks),
            ]);
        }
    }
    kernels
}

/// Both passes over images, in all variants and with all that may stand before and behind, and the packing for
/// them.
fn passes(shape: &ConvShape) -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for (number, tiling) in tilings(shape, Direction::Forward).into_iter().enumerate() {
        let enters = [None, Some(false), Some(true)][number % 3].map(|relu| Entry { relu });
        let (bias, moments) = (number % 2 == 0, number % 4 < 2);
        let extras = ForwardExtras {
            enters,
            bias,
            moments,
        };
        kernels.push(conv::forward(shape, &tiling, extras));
        kernels.push(conv::pack(&shape.pass(Direction::Forward), &tiling));
    }
    let gates = [
        None,
        Some(Gate::Open),
        Some(Gate::Recomputed),
        Some(Gate::Kept),
    ];
    for (number, tiling) in tilings(shape, Direction::Backward).into_iter().enumerate() {
        let (accumulates, batch_norm) = (number % 2 == 0, gates[(number + 1) % 4]);
        let extras = BackwardExtras {
            accumulates,
            batch_norm,
        };
        kernels.push(conv::grad_input(shape, &tiling, extras));
        kernels.push(conv::pack(&shape.pass(Direction::Backward), &tiling));
    }
    kernels
}

fn tilings(shape: &ConvShape, direction: Direction) -> Vec<Tiling> {
    let on = |of_cpu, subgroup_size| {
        let lanes = Lanes {
            of_cpu,
            subgroup_size: Some(subgroup_size),
        };
        Tiling::all(&shape.pass(direction), lanes)
    };
    [on(true, 8), on(true, 4), on(false, 32)].concat()
}

fn batch_norm_kernels(stored: Stored) -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for images in [
        Blocked::new(1, 1, 1),
        Blocked::new(7, 5, 9),
        Blocked::new(64, 32, 32),
    ] {
        let images = stored(images);
        for flags in 0..8 {
            let shape = BatchNormShape {
                images,
                max_batch: 128,
                epilogue: Epilogue {
                    residual: flags & 1 != 0,
                    relu: flags & 2 != 0,
                },
                fixed: flags & 4 != 0,
            };
            kernels.extend([
                batch_norm::statistics(&shape),
                batch_norm::finish_statistics(&shape, shape.partials()),
                batch_norm::fixed_statistics(&shape),
                batch_norm::normalise(&shape),
                batch_norm::backward_sums(&shape),
                batch_norm::finish_backward(&shape, shape.partials()),
                batch_norm::backward(&shape),
            ]);
        }
    }
    kernels
}

fn other_kernels(precision: Precision) -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for images in [
        Blocked::new(1, 1, 1),
        Blocked::new(7, 5, 9),
        Blocked::new(64, 32, 32),
    ] {
        let images = images.stored_in(precision);
        let padding = u32::from(images.area() > 1);
        let window = |size: u32| (size + 2 * padding - (1 + padding)) / 2 + 1;
        let shape = PoolShape {
            input: images,
            output: Blocked::new(images.channels, window(images.height), window(images.width))
                .stored_in(precision),
            kernel: 1 + padding,
            stride: 2,
            padding,
        };
        let half = |extent: u32| extent.div_ceil(2);
        let identity = ShortcutShape {
            input: images,
            output: Blocked::new(images.channels + 5, half(images.height), half(images.width))
                .stored_in(precision),
            stride: 2,
        };
        kernels.extend([
            elementwise::relu(images),
            elementwise::relu_backward(images),
            elementwise::add(images),
            pool::max_pool(&shape),
            pool::max_pool_backward(&shape),
            pool::average(images),
            pool::average_backward(images),
            shortcut::identity(&identity),
            shortcut::identity_backward(&identity),
        ]);
    }
    for (channels, classes) in [(1, 1), (33, 7), (64, 10), (512, 100)] {
        let shape = LinearShape {
            channels,
            classes,
            precision,
        };
        kernels.extend([
            linear::forward(&shape),
            linear::grad_input(&shape),
            linear::grad_weight(&shape),
            loss::of(Loss::CrossEntropy, classes),
            loss::of(Loss::Entropy, classes),
            loss::sum_losses(classes),
        ]);
    }
    for channels in 1..=4 {
        let values = vec![1e-7; channels as usize];
        kernels.push(input::prepare(
            Blocked::new(channels, 28, 30).stored_in(precision),
            &values,
            &values,
        ));
    }
    let sgd = |momentum, nesterov| Rule::Sgd { momentum, nesterov };
    for rule in [
        sgd(0.0, false),
        sgd(0.9, false),
        sgd(0.9, true),
        Rule::Adam,
        Rule::AdamW,
    ] {
        // Zero, a number that prints as `1e-20`, and one that is a whole number.
        for weight_decay in [0.0, 1e-20, 1.0] {
            kernels.push(optimizer::update(rule, weight_decay, 1000));
        }
    }
    kernels
}

/// What only measures.
fn ceiling_kernels() -> Vec<Kernel> {
    let mut kernels = vec![ceilings::next_to_nothing()];
    for half in [false, true] {
        kernels.extend(
            MultiplyAdd::variants(half).map(|variant| ceilings::multiply_add(variant, 256)),
        );
    }
    // The last thread's vec4f may lie beyond the end.
    for pairs in [false, true] {
        kernels.extend([1, 4].map(|per_thread| ceilings::copy(1_000_001, per_thread, pairs)));
    }
    kernels
}

/// Each distinct kernel with its valid text, for all tests.
static EVERY_KERNEL: LazyLock<Vec<(Kernel, Module, ModuleInfo)>> = LazyLock::new(|| {
    let images = [SINGLE, PAIRS, HALF].into_iter();
    let of_images = images.flat_map(|stored| [conv_kernels(stored), batch_norm_kernels(stored)]);
    let others = Precision::ALL.into_iter().map(other_kernels);
    let validated = |kernel: Kernel| {
        let (module, info) = validated(&kernel);
        (kernel, module, info)
    };
    let all = of_images.chain(others).flatten().chain(ceiling_kernels());
    let mut texts = HashSet::new();
    let is_new = |kernel: &Kernel| texts.insert((kernel.source.clone(), kernel.name));
    let distinct: Vec<_> = all.filter(is_new).collect();
    distinct.into_par_iter().map(validated).collect()
});

/// Parses and validates with the capabilities that every WebGPU device has, and with those beside them that the
/// text makes use of.
fn validated(kernel: &Kernel) -> (Module, ModuleInfo) {
    let module = naga::front::wgsl::parse_str(&kernel.source).unwrap_or_else(|error| {
        panic!("{}: {}", kernel.name, error.emit_to_string(&kernel.source))
    });
    let mut capabilities = Capabilities::default();
    capabilities.set(Capabilities::SHADER_FLOAT16, is_half(kernel));
    capabilities.set(Capabilities::SUBGROUP, uses_subgroups(kernel));
    capabilities.set(Capabilities::SHADER_INT64, is_wide(kernel));
    let info = Validator::new(ValidationFlags::all(), capabilities)
        .validate(&module)
        .unwrap_or_else(|error| {
            panic!("{}: {}", kernel.name, error.emit_to_string(&kernel.source))
        });
    (module, info)
}

/// The variables a kernel's entry point uses, by itself or through functions, and how.
fn used<'a>(
    kernel: &Kernel,
    module: &'a Module,
    info: &ModuleInfo,
) -> Vec<(&'a GlobalVariable, GlobalUse)> {
    let entry = module
        .entry_points
        .iter()
        .position(|entry| entry.name == kernel.name)
        .unwrap_or_else(|| panic!("no entry point {}", kernel.name));
    let uses = info.get_entry_point(entry);
    let used = |(handle, variable): (Handle<GlobalVariable>, &'a GlobalVariable)| {
        (!uses[handle].is_empty()).then(|| (variable, uses[handle]))
    };
    module.global_variables.iter().filter_map(used).collect()
}

#[test]
fn every_kernel_is_valid_and_uses_its_bindings_as_the_host_lays_them_out() {
    for (kernel, module, info) in EVERY_KERNEL.iter() {
        for (variable, _) in used(kernel, module, info) {
            let name = format!("{}: {:?}", kernel.name, variable.name);
            let Some(binding) = variable.binding else {
                let own = [AddressSpace::WorkGroup, AddressSpace::Private];
                assert!(own.contains(&variable.space), "{name}");
                continue;
            };
            assert_eq!(binding.group, 0, "{name}");
            if binding.binding == 0 {
                assert_eq!(variable.space, AddressSpace::Uniform, "{name}");
                continue;
            }
            let AddressSpace::Storage { access } = variable.space else {
                panic!("{name} is no storage buffer");
            };
            let binding = kernel.bindings.get(binding.binding as usize - 1);
            let binding = binding.unwrap_or_else(|| panic!("{name} is not bound"));
            assert_eq!(variable.name.as_deref(), Some(binding.name), "{name}");
            let is_written = access.contains(StorageAccess::STORE);
            assert_eq!(is_written, binding.access == Access::ReadWrite, "{name}");
        }
    }
}

#[test]
fn what_not_every_adapter_has_is_asked_for_where_images_are_stored_so_and_nowhere_else() {
    let kernels = |stored| {
        conv_kernels(stored)
            .into_iter()
            .chain(batch_norm_kernels(stored))
    };
    assert!(kernels(HALF).all(|kernel| kernel.source.contains("enable f16;")));
    assert!(kernels(SINGLE).all(|kernel| !kernel.source.contains("f16")));
    assert!(kernels(PAIRS).any(|kernel| kernel.source.contains("array<StoredPair>")));
    assert!(kernels(SINGLE).all(|kernel| !kernel.source.contains("u64")));
    assert!(kernels(HALF).all(|kernel| !kernel.source.contains("u64")));
}

#[test]
fn every_kernel_writes_all_that_the_host_lays_out_for_it_to_write() {
    for (kernel, module, info) in EVERY_KERNEL.iter() {
        let used = used(kernel, module, info);
        for (number, binding) in (1..).zip(&kernel.bindings) {
            let writes = used.iter().any(|(variable, uses)| {
                variable.binding.is_some_and(|at| at.binding == number)
                    && uses.contains(GlobalUse::WRITE)
            });
            // `backward_sums` writes the gradient only behind a ReLU.
            if kernel.name != "backward_sums" || binding.name != "grad_output" {
                assert_eq!(
                    writes,
                    binding.access == Access::ReadWrite,
                    "{}: {}",
                    kernel.name,
                    binding.name
                );
            }
        }
    }
}

#[test]
fn every_kernel_keeps_within_webgpus_default_limits() {
    for (kernel, module, info) in EVERY_KERNEL.iter() {
        let name = kernel.name;
        let entry = module.entry_points.iter().find(|entry| entry.name == name);
        let size = entry.expect("it was found before").workgroup_size;
        assert_eq!(size, [WORKGROUP_SIZE, 1, 1], "{name}");
        assert!(size.iter().product::<u32>() <= MAX_INVOCATIONS, "{name}");
        let used = used(kernel, module, info);
        let in_workgroup = |variable: &GlobalVariable| variable.space == AddressSpace::WorkGroup;
        let bytes: u32 = used
            .iter()
            .filter(|(variable, _)| in_workgroup(variable))
            .map(|(variable, _)| module.types[variable.ty].inner.size(module.to_ctx()))
            .sum();
        assert!(
            bytes <= MAX_WORKGROUP_BYTES,
            "{name}: {bytes} bytes of workgroup memory"
        );
        let buffers = kernel.bindings.len();
        assert!(
            buffers <= MAX_STORAGE_BUFFERS,
            "{name}: {buffers} storage buffers"
        );
    }
}

/// Whether a text computes or stores in f16.
fn is_half(kernel: &Kernel) -> bool {
    kernel.source.contains("enable f16;")
}

/// Whether a text needs 64-bit integers, which only drivers of Vulkan get.
fn is_wide(kernel: &Kernel) -> bool {
    kernel.source.contains("vec4<u64>")
}

fn uses_subgroups(kernel: &Kernel) -> bool {
    kernel.source.contains("subgroup")
}

/// Whether naga can write a kernel in another language.
type Translated = Result<(), Box<dyn std::error::Error>>;

fn to_spirv(kernel: &Kernel, module: &Module, info: &ModuleInfo) -> Translated {
    let options = spv::Options {
        // The first with subgroups: Vulkan 1.1.
        lang_version: (1, 3),
        ..Default::default()
    };
    let pipeline = spv::PipelineOptions {
        shader_stage: Compute,
        entry_point: kernel.name.to_owned(),
    };
    spv::write_vec(module, info, &options, Some(&pipeline))?;
    Ok(())
}

fn to_msl(kernel: &Kernel, module: &Module, info: &ModuleInfo) -> Translated {
    let options = msl::Options {
        lang_version: (2, 4),
        ..Default::default()
    };
    let pipeline = msl::PipelineOptions {
        entry_point: Some((Compute, kernel.name.to_owned())),
        ..Default::default()
    };
    let (_, translated) = msl::write_string(module, info, &options, &pipeline)?;
    for entry_point in translated.entry_point_names {
        entry_point?;
    }
    Ok(())
}

fn to_hlsl(kernel: &Kernel, module: &Module, info: &ModuleInfo) -> Translated {
    let options = hlsl::Options {
        shader_model: match is_half(kernel) {
            true => hlsl::ShaderModel::V6_2,
            false => hlsl::ShaderModel::V6_0,
        },
        ..Default::default()
    };
    let pipeline = hlsl::PipelineOptions {
        entry_point: Some((Compute, kernel.name.to_owned())),
    };
    let mut text = String::new();
    let mut writer = hlsl::Writer::new(&mut text, &options, &pipeline);
    let translated = writer.write(module, info, None)?;
    for entry_point in translated.entry_point_names {
        entry_point?;
    }
    Ok(())
}

fn to_glsl(kernel: &Kernel, module: &Module, info: &ModuleInfo) -> Translated {
    let options = glsl::Options {
        version: glsl::Version::new_gles(310),
        ..Default::default()
    };
    let pipeline = glsl::PipelineOptions {
        shader_stage: Compute,
        entry_point: kernel.name.to_owned(),
        multiview: None,
    };
    let mut text = String::new();
    let policies = Default::default();
    glsl::Writer::new(&mut text, module, info, &options, &pipeline, policies)?.write()?;
    Ok(())
}

#[test]
fn every_kernel_translates_into_what_the_drivers_that_can_get_it_read() {
    EVERY_KERNEL.par_iter().for_each(|(kernel, module, info)| {
        let check = |language: &str, translated: Translated| {
            if let Err(error) = translated {
                panic!("{} in {language}: {error}\n{}", kernel.name, kernel.source);
            }
        };
        check("SPIR-V", to_spirv(kernel, module, info));
        if !is_wide(kernel) {
            check("MSL", to_msl(kernel, module, info));
            check("HLSL", to_hlsl(kernel, module, info));
        }
        if !is_wide(kernel) && !is_half(kernel) && !uses_subgroups(kernel) {
            check("GLSL ES", to_glsl(kernel, module, info));
        }
    });
}
