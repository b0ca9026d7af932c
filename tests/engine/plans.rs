//! What a plan takes: memory, the adapter's limits, and nothing new in a steady step.

#[cfg(not(target_arch = "wasm32"))]
use bnonly::engine::{BatchView, Extent};
use bnonly::engine::{Engine, EngineError, PlanOptions, memory_needed, step_work};
use bnonly::field::{Explain, Field, Remedy};
use bnonly::gpu::Gpu;
use bnonly::kernels::Precision;
use bnonly::kernels::optimizer::Rule;
use bnonly::network::initial::BnInit;
use bnonly::network::{Options, initial_state};

use crate::engine::support::{batch, engine, images, network, options, tiny_network, train};
use crate::everywhere;

async fn within_webgpus_defaults() -> Gpu {
    Gpu::open_within(&Default::default(), wgpu::Limits::default())
        .await
        .expect("an adapter with WebGPU's default limits")
}

#[everywhere::test]
async fn batch_norm_alone_takes_at_most_60_percent_of_the_memory() {
    let graph = network("resnet-56", Options::default());
    let [bn, all] = ["bn", "all"].map(|mode| {
        memory_needed(&graph, &options(&graph, mode, 128), None)
            .expect("a plan")
            .report
    });
    assert!(
        bn.total() as f64 <= 0.6 * all.total() as f64,
        "bn {bn:?}, all {all:?}"
    );
    assert!(bn.tensors() < all.tensors() && bn.optimizer < all.optimizer);
}

/// A name that a kernel does not bind, or an operand that is missing, ends it.
#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes a plan")]
async fn every_dispatch_names_what_its_kernel_binds() {
    let plain = Options {
        width: Some(4),
        ..Options::default()
    };
    let without = Options {
        shortcut: false,
        ..plain
    };
    let behind = Options {
        batch_norm_after_activation: true,
        ..plain
    };
    let sgd = Rule::Sgd {
        momentum: 0.9,
        nesterov: false,
    };
    for (name, network_options) in [
        ("resnet-8", plain),
        ("resnet-8", without),
        ("resnet-8", behind),
        ("vgg-11", plain),
    ] {
        let graph = network(name, network_options);
        for (mode, rule, freeze_statistics) in [
            ("none", sgd, false),
            ("bn", sgd, false),
            ("bn", sgd, true),
            ("output", sgd, false),
            ("all", Rule::AdamW, false),
        ] {
            let options = PlanOptions {
                rule,
                freeze_statistics,
                ..options(&graph, mode, 8)
            };
            let step = step_work(&graph, &options).expect("a plan");
            let updates = step.iter().filter(|work| work.kernel == "update").count();
            assert_eq!(updates, usize::from(mode != "none"), "{name}, {mode}");
        }
    }
}

#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "no adapter changes the sum")]
async fn a_plan_takes_what_was_said_before() {
    let graph = tiny_network();
    let adapter = &everywhere::gpu().await.capabilities;
    let state = initial_state(&graph, 0, BnInit::Uniform);
    for (mode, precision) in [
        ("bn", Precision::F32),
        ("all", Precision::F32),
        ("bn", Precision::F16),
    ] {
        if precision == Precision::F16 && !adapter.half_precision {
            continue;
        }
        let mut options = options(&graph, mode, 8);
        options.precision = precision;
        let said = memory_needed(&graph, &options, Some(adapter)).expect("a plan");
        assert!(said.is_exact, "too little to choose for");
        let taken = engine(&graph, options, &state).await.memory();
        assert_eq!(taken, said.report, "{mode}, {precision}");
    }
}

#[everywhere::test]
#[cfg_attr(
    target_arch = "wasm32",
    ignore = "three minutes of compiling; the limits are the same on this machine"
)]
async fn resnet_110_trains_at_batch_128_within_webgpus_default_limits() {
    let gpu = within_webgpus_defaults().await;
    assert_eq!(gpu.capabilities.max_binding_bytes, 128 << 20);
    assert_eq!(gpu.capabilities.storage_alignment, 256);
    let graph = network("resnet-110", Options::default());
    let state = initial_state(&graph, 0, BnInit::Uniform);
    let made = Engine::new(&gpu, &graph, options(&graph, "bn", 128), &state);
    let mut engine = made.await.expect("a plan");
    // A whole batch would take a software adapter a minute; two images run every kernel as well.
    let result = train(&mut engine, &batch(&images(&graph, 2), 0..2), 0.1).await;
    assert!(result.loss_sum.is_finite());
    gpu.check().expect("no call was refused");
    let after = engine.read_state().await.expect("a state");
    assert_ne!(after.parameters, state.parameters);
}

#[everywhere::test]
async fn a_tensor_beyond_the_limits_is_refused_with_a_sentence() {
    let gpu = within_webgpus_defaults().await;
    let graph = network("resnet-8", Options::default());
    let state = initial_state(&graph, 0, BnInit::Uniform);
    // 16 channels of 32×32 pixels: 64 KiB an image.
    let made = Engine::new(&gpu, &graph, options(&graph, "bn", 2049), &state);
    let error = made.await.err().expect("too large");
    assert!(matches!(error, EngineError::TooLarge { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("134283264") && text.contains("134217728"),
        "{text}"
    );
    let remedy = Remedy::Lower(&[Field::BatchSize, Field::Width]);
    assert_eq!(error.explain().remedies, [remedy]);
}

/// Live objects of a device, as wgpu counts them (natively; in a page it counts none). What a step made would live until the GPU is
/// done with it, so that it shows right after the submission.
#[cfg(not(target_arch = "wasm32"))]
fn live(gpu: &Gpu) -> [(&'static str, isize); 6] {
    let counters = gpu.device.get_internal_counters().hal;
    [
        ("buffers", counters.buffers.read()),
        ("bind groups", counters.bind_groups.read()),
        ("bind group layouts", counters.bind_group_layouts.read()),
        ("compute pipelines", counters.compute_pipelines.read()),
        ("pipeline layouts", counters.pipeline_layouts.read()),
        ("shader modules", counters.shader_modules.read()),
    ]
}

#[cfg(not(target_arch = "wasm32"))]
#[everywhere::test]
async fn a_steady_step_makes_no_buffers_bind_groups_or_pipelines() {
    // A device of its own: the others' tests run meanwhile.
    let gpu = Gpu::open(&Default::default()).await.expect("an adapter");
    let graph = tiny_network();
    let state = initial_state(&graph, 0, BnInit::Uniform);
    let made = Engine::new(&gpu, &graph, options(&graph, "all", 8), &state);
    let mut engine = made.await.expect("a plan");
    let images = images(&graph, 8);
    let (pixels, labels, augmentations) = batch(&images, 0..8);
    // With a copy of γ and β after each step, as a run's history takes them.
    let mut step = async || {
        let view = BatchView {
            pixels: &pixels,
            labels: &labels,
            augmentations: &augmentations,
        };
        engine.train(view, 0.1).expect("a step");
        let under_way = live(&gpu);
        let begun = engine.begin_snapshot(Extent::GammaBeta).await;
        assert!(begun.expect("memory"), "an earlier copy is under way");
        engine.next_result().await.expect("a result");
        let taken = engine.wait_for_snapshot().await;
        taken.expect("the device goes on").expect("a copy");
        (under_way, live(&gpu))
    };
    for _ in 0..3 {
        step().await;
    }
    let (_, before) = step().await;
    assert!(
        before.iter().all(|(_, count)| *count > 0),
        "nothing is counted: {before:?}"
    );
    for _ in 0..10 {
        let (mut under_way, after) = step().await;
        assert_eq!(after, before);
        // The three uploads of a step pass through wgpu's own staging memory.
        under_way[0].1 -= 3;
        assert!(
            under_way[0].1 <= before[0].1,
            "{under_way:?}, before {before:?}"
        );
        assert_eq!(under_way[1..], before[1..]);
    }
}
