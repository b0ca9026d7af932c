//! Runs the kernel of one layer alone: logits = weight · input + bias, for two samples of four features and three
//! classes.
//!
//!     cargo run --release --example one_kernel

use std::error::Error;

use bnonly::gpu::Gpu;
use bnonly::kernels::linear::{self, LinearShape};
use bnonly::kernels::{Precision, StepUniform};
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Samples.
const BATCH: u32 = 2;
/// `[N, C]`, N = 2 and C = 4.
const INPUT: [f32; 8] = [1.0, 2.0, 3.0, 4.0, 0.5, 0.5, 0.5, 0.5];
/// `[K, C]`, K = 3.
const WEIGHT: [f32; 12] = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 2.0, 2.0, 2.0, 2.0];
/// `[K]`.
const BIAS: [f32; 3] = [0.0, 10.0, -1.0];

/// Prints the logits.
pub fn main() -> Result<(), Box<dyn Error>> {
    println!("{:?}", pollster::block_on(logits())?);
    Ok(())
}

/// `[N, K]`.
pub async fn logits() -> Result<Vec<f32>, Box<dyn Error>> {
    let gpu = Gpu::open(&Default::default()).await?;
    let kernel = linear::forward(&LinearShape {
        channels: 4,
        classes: 3,
        precision: Precision::F32,
    });
    let buffer = |contents: &[u8], usage| {
        gpu.device.create_buffer_init(&BufferInitDescriptor {
            label: None,
            contents,
            usage,
        })
    };
    let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
    let [input, weight, bias, logits] = [&INPUT[..], &WEIGHT, &BIAS, &[0.0; 6]]
        .map(|values| buffer(bytemuck::cast_slice(values), storage));
    // What every kernel is told of a step; this one reads the number of samples.
    let step = StepUniform {
        batch: BATCH,
        learning_rate: 0.0,
        first_correction: 1.0,
        second_correction: 1.0,
    };
    let step = buffer(bytemuck::bytes_of(&step), wgpu::BufferUsages::UNIFORM);

    let operands = [
        ("input", &input),
        ("weight", &weight),
        ("bias", &bias),
        ("logits", &logits),
    ];
    let dispatch = kernel.dispatch(&gpu, &mut gpu.pipelines(), BATCH, &step, &operands);
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    dispatch.encode(&mut encoder, 1);
    gpu.queue.submit([encoder.finish()]);
    let bytes = gpu.read(&logits, logits.size()).await?;
    Ok(bytemuck::pod_collect_to_vec(&bytes))
}
