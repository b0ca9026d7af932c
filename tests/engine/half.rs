//! Images stored in f16: half the memory, nearly the same steps, and a sentence where it cannot be.

use bnonly::engine::{Engine, EngineError, memory_needed};
use bnonly::field::{Explain, Field};
use bnonly::gpu::Gpu;
use bnonly::kernels::Precision;
use bnonly::network::graph::ParameterId;
use bnonly::network::initial::BnInit;
use bnonly::network::{Options, State, initial_state};

use crate::engine::support::{
    batch, engine, evaluate, images, network, options, tiny_network, train,
};
use crate::everywhere;

/// What the first step in f16 may differ by from that in f32, in norm, as a share of what it changed. On
/// lavapipe it differs by 5.1e-2: 4 channels leave each sign of a ReLU much to say.
const FIRST_STEP: f64 = 1.5e-1;
/// Relative difference of the losses of six steps. On lavapipe 1.4e-4.
const LOSSES: f64 = 2e-3;

/// Whether the adapter has f16; browsers on SwiftShader have not.
async fn is_there() -> bool {
    everywhere::gpu().await.capabilities.half_precision
}

#[everywhere::test]
async fn images_take_half_the_memory() {
    let graph = network("resnet-56", Options::default());
    for mode in ["bn", "all"] {
        let [single, half] = Precision::ALL.map(|precision| {
            let mut options = options(&graph, mode, 128);
            options.precision = precision;
            memory_needed(&graph, &options, None)
                .expect("a plan")
                .report
        });
        let share = half.tensors() as f64 / single.tensors() as f64;
        // Signs of ReLUs take what they took.
        assert!(
            (0.5..0.52).contains(&share),
            "{share}: {half:?}, {single:?}"
        );
        assert!(half.parameters < single.parameters, "packed weights");
        assert_eq!(half.optimizer, single.optimizer);
    }
}

/// What a step made of all that trains.
fn moved(before: &State, after: &State) -> Vec<f64> {
    let values = before.parameters.iter().zip(&after.parameters);
    let moved = values.flat_map(|(before, after)| before.iter().zip(after));
    moved
        .map(|(before, after)| f64::from(*after) - f64::from(*before))
        .collect()
}

#[everywhere::test]
async fn steps_are_nearly_those_of_f32() {
    if !is_there().await {
        return;
    }
    // Max pools and convolutions with a bias are the kernels' tests' to hold.
    let graph = tiny_network();
    let state = initial_state(&graph, 3, BnInit::Uniform);
    let images = images(&graph, 32);
    let mut results = Vec::new();
    for precision in Precision::ALL {
        let mut options = options(&graph, "all", 32);
        options.precision = precision;
        let mut engine = engine(&graph, options, &state).await;
        let (mut losses, mut first) = (Vec::new(), Vec::new());
        for step in 0..6 {
            let samples = batch(&images, 0..if step < 3 { 32 } else { 20 });
            let result = train(&mut engine, &samples, 0.02).await;
            losses.push(result.loss_sum);
            if step == 0 {
                first = moved(&state, &engine.read_state().await.expect("a state"));
            }
        }
        losses.push(evaluate(&mut engine, &images, 32).await.0);
        results.push((losses, first));
    }
    let [(single, single_first), (half, half_first)] = &results[..] else {
        unreachable!("there are two precisions")
    };
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let differences = &mut single_first.iter().zip(half_first).map(|(a, b)| a - b);
    let off = norm(differences) / norm(&mut single_first.iter().copied());
    println!("the first step is off by {off:e}");
    println!("losses {single:?}, in f16 {half:?}");
    assert!(
        off > 0.0 && off <= FIRST_STEP,
        "the first step is off by {off:e}"
    );
    for (single, half) in single.iter().zip(half) {
        assert!(
            (half / single - 1.0).abs() <= LOSSES,
            "{half}, in f32 {single}"
        );
    }
}

#[everywhere::test]
async fn a_nan_and_what_f16_cannot_hold_reach_the_loss() {
    if !is_there().await {
        return;
    }
    let graph = tiny_network();
    let samples = batch(&images(&graph, 4), 0..4);
    let gamma = graph.batch_norms[1].gamma;
    for spoilt in [f32::NAN, 1e9] {
        let mut state = initial_state(&graph, 0, BnInit::Ones);
        let ParameterId(place) = gamma;
        state.parameters[place].fill(spoilt);
        let mut options = options(&graph, "bn", 4);
        options.precision = Precision::F16;
        let mut engine = engine(&graph, options, &state).await;
        let result = train(&mut engine, &samples, 0.1).await;
        assert!(
            !result.loss_sum.is_finite(),
            "{spoilt}: {}",
            result.loss_sum
        );
    }
}

#[everywhere::test]
async fn an_adapter_without_f16_is_refused_with_a_sentence() {
    // It has no features beside WebGPU's own.
    let gpu = Gpu::open_within(&Default::default(), wgpu::Limits::default())
        .await
        .expect("an adapter");
    let graph = tiny_network();
    let state = initial_state(&graph, 0, BnInit::Uniform);
    let mut options = options(&graph, "bn", 4);
    options.precision = Precision::F16;
    let error = Engine::new(&gpu, &graph, options, &state).await.err();
    let error = error.expect("it has no f16");
    assert!(
        matches!(error, EngineError::NoHalfPrecision { .. }),
        "{error}"
    );
    let told = error.explain();
    assert_eq!(told.field, Some(Field::Precision));
    for part in ["f16", &gpu.capabilities.name, "expected f32"] {
        assert!(told.text.contains(part), "{}", told.text);
    }
}
