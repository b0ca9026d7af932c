//! What a step has to do, counted by hand for a layer and for a network.

use bnonly::engine::{Phase, Work, fewest_bytes, memory_needed, step_work};
use bnonly::kernels::Precision;
use bnonly::network::{BnInit, Options};

use crate::engine::support::{engine, network, options, tiny_network};
use crate::everywhere;

/// The only dispatch of a step with this kernel and module in the phase.
#[track_caller]
fn only<'a>(step: &'a [Work], kernel: &str, module: &str, phase: Phase) -> &'a Work {
    let is_it =
        |work: &&Work| (work.kernel, work.module.as_str(), work.phase) == (kernel, module, phase);
    let found: Vec<_> = step.iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{kernel} of {module}: {found:?}");
    found[0]
}

#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes the sum")]
async fn bytes_and_operations_are_those_of_a_hand_count() {
    let graph = network("resnet-8", Options::default());
    let step = step_work(&graph, &options(&graph, "all", 10)).expect("a plan");

    // 3 → 16 channels, 3×3, 32×32 pixels; three channels lie in a quad of four.
    let conv = only(&step, "conv", "conv", Phase::Forward);
    assert_eq!(conv.images, "3×32×32 → 16×32×32");
    assert_eq!(conv.flops, 10 * 2 * 16 * 32 * 32 * 3 * 9);
    let image = 10 * 32 * 32 * 4;
    let weights = 4 * 4 * 16 * 9;
    // It leaves moments of 1,024 pixels each: 64 bytes for each of 4 quads of 10 such tiles.
    let moments = 64 * 4 * 10;
    assert_eq!(
        conv.operand_bytes,
        [4 * image, weights, 16 * image, moments]
    );

    // Of stride 2: 16 → 32 channels, 16×16 pixels. Its gradients are as much work.
    let there = only(&step, "conv", "blocks.1.conv1", Phase::Forward);
    let back = only(&step, "conv", "blocks.1.conv1", Phase::Backward);
    assert_eq!(there.flops, 10 * 2 * 32 * 16 * 16 * 16 * 9);
    assert_eq!(back.flops, there.flops);
    assert_eq!(back.images, "32×16×16 → 16×32×32");
    let [source, weights, destination] = there.operand_bytes[..3] else {
        unreachable!("three operands")
    };
    assert_eq!(back.operand_bytes[..3], [destination, weights, source]);
    let flops = |kernel| {
        let of_kernel = step.iter().filter(|work| work.kernel == kernel);
        of_kernel.map(|work| work.flops).sum::<u64>()
    };
    let convolutions = step
        .iter()
        .filter(|work| work.kernel == "conv" && work.phase == Phase::Forward);
    let forward: u64 = convolutions.map(|work| work.flops).sum();
    assert_eq!(flops("grad_weight"), forward);
    // All but the first have a gradient of their input.
    assert_eq!(flops("conv"), 2 * forward - conv.flops);
    assert_eq!(flops("linear"), 10 * 2 * 64 * 10);
    assert_eq!(flops("grad_weight_of_linear"), 10 * 2 * 64 * 10);
    assert_eq!(flops("normalise"), 0);

    let normalise = only(&step, "normalise", "blocks.1.bn1", Phase::Forward);
    let image = 10 * 16 * 16 * 4 * 32;
    // Images in, seven numbers a channel saved, images out.
    assert_eq!(normalise.operand_bytes, [image, 7 * 4 * 32, image]);
    // What is updated, and not the whole buffer with its gaps: values, gradients, places, moments.
    let update = only(&step, "update", "", Phase::Update);
    let trained = 4 * graph.parameters.iter().map(|p| p.len() as u64).sum::<u64>();
    assert_eq!(update.bytes().div_ceil(16), (5 * trained).div_ceil(16));
}

#[everywhere::test]
async fn each_dispatch_of_a_step_is_among_the_kernels_that_run_alone() {
    let graph = tiny_network();
    let state = bnonly::network::initial_state(&graph, 0, BnInit::default());
    let engine = engine(&graph, options(&graph, "bn", 4), &state).await;
    let kernels = engine.kernels_alone();
    let calls: u64 = kernels.iter().map(|kernel| kernel.calls).sum();
    assert_eq!(calls, engine.training_kernels().len() as u64);
    assert!(kernels.len() < engine.work().len());
    let bytes = |work: &Work| work.bytes();
    let moved: u64 = engine.work().iter().map(bytes).sum();
    let alone = kernels
        .iter()
        .map(|kernel| kernel.calls * kernel.work.bytes());
    assert_eq!(alone.sum::<u64>(), moved);
    let names: Vec<_> = engine.work().iter().map(|work| work.kernel).collect();
    assert_eq!(names, engine.training_kernels());
}

/// resnet-8, four channels wide, on 16×16 pixels: a tensor of its stages is A, B or C bytes.
#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes the sum")]
async fn the_fewest_bytes_are_those_of_a_hand_count() {
    const N: u64 = 2;
    const A: u64 = N * 4 * 4 * 16 * 16;
    const B: u64 = N * 4 * 8 * 8 * 8;
    const C: u64 = N * 4 * 16 * 4 * 4;
    let pixels = N * 3 * 16 * 16;
    let (pooled, logits) = (N * 4 * 16, N * 4 * 10);
    let first = 4 * 3 * 4 * 9;
    let convolutions =
        4 * (2 * 4 * 4 * 9 + (4 * 8 + 8 * 8) * 9 + 4 * 8 + (8 * 16 + 16 * 16) * 9 + 8 * 16);
    let head = pooled + 4 * 16 * 10 + logits;

    let fewest = fewest_bytes(&tiny_network(), N as u32, Precision::F32).expect("a network");
    // Writing the first output; two convolutions; reading the residual and writing the sum.
    let blocks = (A + 2 * A + 2 * A + 2 * A + A / 32)
        // Two that read the sum; the second convolution; the sum.
        + (2 * A + 2 * B + 2 * B + 2 * B + B / 32)
        // The same, but only the pool reads the last sum.
        + (2 * B + 2 * C + 2 * C + C + C / 32);
    let forward = pixels + first + convolutions + blocks + C + pooled + head;
    assert_eq!(fewest.forward, forward);

    // A convolution reads one gradient and writes another; each BatchNorm's input is read twice; of two
    // gradients of one tensor one is added.
    let block = |this: u64, before: u64| {
        let (convolutions, norms) = (2 * this + (this + before), 4 * this);
        let shortcut = this + before + 2 * this;
        convolutions + norms + this / 32 + shortcut + before
    };
    let first_block = (2 * A + 2 * A) + 4 * A + A / 32 + A;
    let backward = head + pooled + C + block(C, B) + block(B, A) + first_block + A + convolutions;
    assert_eq!(fewest.backward, backward);
}

#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes the sum")]
async fn no_plan_moves_less_than_the_fewest_bytes() {
    let plain = Options::default();
    let without = Options {
        shortcut: false,
        ..plain
    };
    let behind = Options {
        batch_norm_after_activation: true,
        ..plain
    };
    for (name, network_options) in [
        ("resnet-8", plain),
        ("resnet-14", without),
        ("resnet-14", behind),
        ("vgg-11", plain),
    ] {
        let graph = network(name, network_options);
        let step = step_work(&graph, &options(&graph, "bn", 16)).expect("a plan");
        let moved: u64 = step.iter().map(Work::bytes).sum();
        let fewest = fewest_bytes(&graph, 16, Precision::F32)
            .expect("a network")
            .total();
        assert!(
            fewest <= moved && moved < 4 * fewest,
            "{name}: {moved} of {fewest}"
        );
    }
}

#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes the sum")]
async fn memory_is_told_apart_by_what_it_is_for() {
    let graph = network("resnet-8", Options::default());
    let [none, bn, all] = ["none", "bn", "all"].map(|mode| {
        memory_needed(&graph, &options(&graph, mode, 64), None)
            .expect("a plan")
            .report
    });
    // Of a tensor of the first stage there are 64 kB an image.
    let tensor = 64 << 16;
    assert!(none.gradients + none.shared <= tensor && none.activations > tensor);
    assert!(bn.activations < all.activations);
    assert!(bn.gradients + bn.shared >= 2 * tensor);
    // Training all of it keeps what `bn` does, and every convolution's input.
    assert!(all.tensors() - bn.tensors() >= 2 * tensor);
    let parts = |m: bnonly::engine::MemoryReport| {
        [
            m.activations,
            m.gradients,
            m.shared,
            m.parameters,
            m.optimizer,
            m.other,
        ]
    };
    assert_eq!(parts(bn).iter().sum::<u64>(), bn.total());
}
