//! Runs one kernel on the adapter.
//!
//! Every run is strict about what a kernel may touch: buffers end in a guard of NaN, so that a read
//! past the end shows in the result and a write past it fails the test; and every kernel runs twice on
//! fresh copies of its operands and must give the same bits.

use bnonly::gpu::Gpu;
use bnonly::gpu::pipeline::Access;
use bnonly::kernels::{Kernel, StepUniform};

use crate::everywhere;

/// A NaN that no computation makes, in f32 and as two f16: what an output holds before it is written.
const POISON: u32 = 0x7fed_fdcb;
/// Words of poison after each operand.
const GUARD: usize = 64;

/// An output of `len` values that the kernel is to write.
pub fn unwritten(len: usize) -> Vec<f32> {
    vec![f32::from_bits(POISON); len]
}

/// Whole numbers as the bits of an operand.
pub fn words(values: &[u32]) -> Vec<f32> {
    bytemuck::cast_slice(values).to_vec()
}

/// The bits of values, to compare exactly.
pub fn bits(values: &[f32]) -> &[u32] {
    bytemuck::cast_slice(values)
}

/// The first `len` values, all of which the kernel must have written, and none after them.
#[track_caller]
pub fn written(name: &str, output: &[f32], len: usize) -> Vec<f32> {
    let is_poison = |value: &f32| value.to_bits() == POISON;
    if let Some(i) = output[..len].iter().position(is_poison) {
        panic!("{name}: [{i}] of {len} was not written");
    }
    if let Some(i) = output[len..].iter().position(|value| !is_poison(value)) {
        panic!(
            "{name}: [{}] was written, beyond the batch's {len}",
            len + i
        );
    }
    output[..len].to_vec()
}

/// Runs a kernel for a batch; see [`run_step`].
pub async fn run(kernel: &Kernel, batch: u32, operands: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let step = StepUniform {
        batch,
        learning_rate: f32::NAN,
        first_correction: f32::NAN,
        second_correction: f32::NAN,
    };
    run_step(kernel, step, operands).await
}

/// Runs a kernel on `operands` (bindings 1, 2, …) and returns what its written bindings then hold, in
/// their order.
///
/// # Panics
/// If the device refuses something, a guard was overwritten, or a second run gives other bits.
pub async fn run_step(kernel: &Kernel, step: StepUniform, operands: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let gpu = everywhere::gpu().await;
    let first = dispatch(gpu, kernel, step, operands).await;
    let second = dispatch(gpu, kernel, step, operands).await;
    for (binding, (first, second)) in first.iter().zip(&second).enumerate() {
        let differs = |(a, b): (&u32, &u32)| a != b;
        let different = bits(first).iter().zip(bits(second)).position(differs);
        assert_eq!(
            different, None,
            "{}: a second run gave other bits in written binding {binding}",
            kernel.name
        );
    }
    first
}

async fn dispatch(
    gpu: &Gpu,
    kernel: &Kernel,
    step: StepUniform,
    operands: &[Vec<f32>],
) -> Vec<Vec<f32>> {
    assert_eq!(
        operands.len(),
        kernel.bindings.len(),
        "{}: operands",
        kernel.name
    );
    let buffers = submit(gpu, kernel, step, operands).await;
    let mut results = Vec::new();
    for ((buffer, operand), binding) in buffers.iter().zip(operands).zip(&kernel.bindings) {
        if binding.access == Access::ReadWrite {
            let bytes = gpu.read(buffer, buffer.size()).await;
            let bytes = bytes.unwrap_or_else(|error| panic!("{}: {error}", kernel.name));
            let mut values: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
            let guard = values.split_off(operand.len());
            let is_whole = guard.iter().all(|word| word.to_bits() == POISON);
            assert!(is_whole, "{} wrote past the end of an operand", kernel.name);
            results.push(values);
        }
    }
    results
}

async fn submit(
    gpu: &Gpu,
    kernel: &Kernel,
    step: StepUniform,
    operands: &[Vec<f32>],
) -> Vec<wgpu::Buffer> {
    let submitted = gpu.guarded(|| {
        let pipeline = gpu.pipelines().get(gpu, &kernel.entry_point());
        let uniform = new_buffer(
            gpu,
            wgpu::BufferUsages::UNIFORM,
            &[bytemuck::bytes_of(&step)],
        );
        let guard = [POISON; GUARD];
        let buffers: Vec<_> = operands
            .iter()
            .map(|values| {
                let parts = [bytemuck::cast_slice(values), bytemuck::bytes_of(&guard)];
                new_buffer(gpu, wgpu::BufferUsages::STORAGE, &parts)
            })
            .collect();
        let resources = buffers.iter().map(wgpu::Buffer::as_entire_binding);
        let group = kernel.bind_group(gpu, &pipeline, &uniform, resources);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&pipeline.pipeline);
        pass.set_bind_group(0, &group, &[]);
        // WebGPU's default limit, whatever more the adapter takes.
        let [x, y] = kernel.grid.workgroups(step.batch, 65_535);
        pass.dispatch_workgroups(x, y, 1);
        drop(pass);
        gpu.queue.submit([encoder.finish()]);
        buffers
    });
    submitted
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", kernel.name))
}

/// A buffer of the given bytes, one part after the other.
fn new_buffer(gpu: &Gpu, usage: wgpu::BufferUsages, parts: &[&[u8]]) -> wgpu::Buffer {
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: parts.iter().map(|part| part.len() as u64).sum(),
        usage: usage | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut offset = 0;
    for part in parts {
        gpu.queue.write_buffer(&buffer, offset, part);
        offset += part.len() as u64;
    }
    buffer
}
