//! Golden texts: what becomes of some variants of a convolution. Who changes how texts are made sees here, line by line,
//! what it changes.
//!
//! `RENEW_GOLDEN=1 cargo test --test host golden` writes the files anew.

use std::path::{Path, PathBuf};

use bnonly::gpu::Lanes;
use bnonly::kernels::conv::tiling::{Method, Tiling};
use bnonly::kernels::conv::{
    self, BackwardExtras, ConvShape, Direction, Entry, ForwardExtras, Gate, Pass,
};
use bnonly::kernels::{Blocked, Kernel, Precision};

/// If it is set, the files are written instead of compared.
const RENEW: &str = "RENEW_GOLDEN";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/conv")
}

/// Of `kernel`×`kernel` weights, as ResNets have them.
fn shape(channels: [u32; 2], [height, width]: [u32; 2], kernel: u32, stride: u32) -> ConvShape {
    let padding = kernel / 2;
    let size = |size: u32| (size + 2 * padding - kernel) / stride + 1;
    ConvShape {
        input: Blocked::new(channels[0], height, width),
        output: Blocked::new(channels[1], size(height), size(width)),
        kernel,
        stride,
        padding,
    }
}

/// The first variant of a pass by a method, where so many lanes share, or none.
fn variant(pass: Pass, method: Method, lanes: u32) -> Tiling {
    let of_cpu = Lanes {
        of_cpu: true,
        subgroup_size: Some(lanes.max(1)),
    };
    let of_gpu = Lanes {
        of_cpu: false,
        subgroup_size: Some(32),
    };
    let mut all = [of_cpu, of_gpu].map(|lanes| Tiling::all(&pass, lanes));
    let mut all = all.iter_mut().flat_map(|all| all.drain(..));
    all.find(|tiling| tiling.method == method && tiling.lanes == lanes)
        .expect("it is in a table")
}

fn forward(shape: ConvShape, method: Method, lanes: u32, extras: ForwardExtras) -> Kernel {
    let tiling = variant(shape.pass(Direction::Forward), method, lanes);
    conv::forward(&shape, &tiling, extras)
}

fn backward(shape: ConvShape, method: Method, lanes: u32, extras: BackwardExtras) -> Kernel {
    let tiling = variant(shape.pass(Direction::Backward), method, lanes);
    conv::grad_input(&shape, &tiling, extras)
}

/// Of each part of the text at least one that has it. Images are small, so that files are.
fn examples() -> Vec<(&'static str, Kernel)> {
    let half = |shape: ConvShape| {
        let pass = shape.pass(Direction::Forward);
        pass.stored_in(Precision::F16).shape
    };
    vec![
        (
            "baseline_forward_bias",
            forward(
                shape([3, 5], [9, 14], 3, 1),
                Method::RowByRow,
                0,
                ForwardExtras {
                    bias: true,
                    ..Default::default()
                },
            ),
        ),
        (
            "winograd_8_lanes_pairs_moments",
            forward(
                shape([8, 4], [2, 16], 3, 1).in_pairs(true),
                Method::Winograd,
                8,
                ForwardExtras {
                    moments: true,
                    ..Default::default()
                },
            ),
        ),
        (
            "winograd_quad_swap_backward_kept_gate",
            backward(
                shape([16, 8], [2, 8], 3, 1),
                Method::Winograd,
                4,
                BackwardExtras {
                    batch_norm: Some(Gate::Kept),
                    ..Default::default()
                },
            ),
        ),
        (
            "column_by_column_enters_relu_moments",
            forward(
                shape([8, 8], [6, 7], 3, 2),
                Method::ColumnByColumn,
                0,
                ForwardExtras {
                    enters: Some(Entry { relu: true }),
                    moments: true,
                    ..Default::default()
                },
            ),
        ),
        (
            "direct_f16_enters",
            forward(
                half(shape([4, 4], [3, 3], 3, 1)),
                Method::Direct,
                0,
                ForwardExtras {
                    enters: Some(Entry { relu: false }),
                    ..Default::default()
                },
            ),
        ),
        (
            "direct_1x1_stride_2_backward_accumulates_recomputed_gate",
            backward(
                shape([4, 8], [4, 6], 1, 2).in_pairs(true),
                Method::Direct,
                8,
                BackwardExtras {
                    accumulates: true,
                    batch_norm: Some(Gate::Recomputed),
                },
            ),
        ),
    ]
}

#[test]
fn texts_of_convolutions_are_those_of_the_golden_files() {
    let renew = std::env::var_os(RENEW).is_some();
    let mut names = Vec::new();
    for (name, kernel) in examples() {
        let name = format!("{name}.wgsl");
        let path = folder().join(&name);
        if renew {
            std::fs::write(&path, &kernel.source).expect("the folder is there");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = || golden.lines().zip(kernel.source.lines()).enumerate();
        let differs = lines().find(|(_, (golden, text))| golden != text);
        assert!(
            golden == kernel.source,
            "{name} is another text, first at {differs:?}. If that is meant, {RENEW}=1 writes the file anew"
        );
        names.push(name);
    }
    for file in std::fs::read_dir(folder()).expect("the folder is there") {
        let file = file.expect("its name").file_name();
        let is_example = names.iter().any(|name| file == name.as_str());
        assert!(is_example, "{file:?} is the text of no example");
    }
}
