//! First values: their distribution, and that a seed always gives the same ones.

use bnonly::network::graph::Role;
use bnonly::network::{BnInit, Graph, Options, State, initial_state};

use crate::network::network;

fn values<'a>(graph: &Graph, state: &'a State, name: &str) -> &'a [f32] {
    &state.parameters[graph.find_parameter(name).expect("a parameter").0]
}

/// Mean and deviation.
fn moments(values: &[f32]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let squares = values.iter().map(|&v| (f64::from(v) - mean).powi(2));
    (mean, (squares.sum::<f64>() / count).sqrt())
}

#[test]
fn weights_are_he_normal_over_fan_in() {
    let graph = network("vgg-11", Options::default());
    let state = initial_state(&graph, 0, BnInit::Uniform);
    for (parameter, values) in graph.parameters.iter().zip(&state.parameters) {
        assert_eq!(values.len(), parameter.len());
        if !matches!(parameter.role, Role::ConvWeight | Role::OutputWeight) {
            continue;
        }
        let expected = (2.0 / parameter.shape[1..].iter().product::<usize>() as f64).sqrt();
        let (mean, deviation) = moments(values);
        // Five standard errors of a normal sample's mean and deviation.
        let error = 5.0 * expected / (values.len() as f64).sqrt();
        assert!(mean.abs() < error, "{}: mean {mean}", parameter.name);
        assert!(
            (deviation - expected).abs() < error,
            "{}: deviation {deviation}, expected {expected}",
            parameter.name
        );
    }
}

#[test]
fn biases_are_uniform_within_one_over_the_root_of_fan_in() {
    let graph = network("vgg-11", Options::default());
    let state = initial_state(&graph, 1, BnInit::Uniform);
    for (name, fan_in) in [
        ("features.25.bias", 512.0 * 9.0),
        ("features.0.bias", 27.0),
        ("classifier.bias", 512.0),
    ] {
        let bound = 1.0 / f64::sqrt(fan_in);
        let values = values(&graph, &state, name);
        let largest = values
            .iter()
            .map(|v| f64::from(v.abs()))
            .fold(0.0, f64::max);
        assert!(
            largest <= bound * 1.000_001 && largest > bound * 0.6,
            "{name}: {largest}"
        );
        assert!(values.iter().any(|&v| v < 0.0) && values.iter().any(|&v| v > 0.0));
    }
}

#[test]
fn gamma_and_beta_start_as_asked() {
    let graph = network("resnet-56", Options::default());
    for (init, low, high, mean, beta) in [
        (BnInit::Uniform, 0.0, 1.0, 0.5, 0.0),
        (BnInit::Ones, 1.0, 1.0, 1.0, 0.0),
        (BnInit::OnesOnes, 1.0, 1.0, 1.0, 1.0),
        (BnInit::Symmetric, -1.0, 1.0, 0.0, 0.0),
    ] {
        let state = initial_state(&graph, 1, init);
        let part = |role| {
            let all = graph.parameters.iter().zip(&state.parameters);
            let all = all.filter(move |(parameter, _)| parameter.role == role);
            all.flat_map(|(_, values)| values.clone())
                .collect::<Vec<f32>>()
        };
        let gammas = part(Role::Gamma);
        assert_eq!(gammas.len(), 2_128);
        assert!(
            gammas.iter().all(|gamma| (low..=high).contains(gamma)),
            "{init}"
        );
        let (found_mean, deviation) = moments(&gammas);
        assert!(
            (found_mean - mean).abs() < 0.05,
            "{init}: mean {found_mean}"
        );
        let expected = f64::from(high - low) / 12f64.sqrt();
        assert!(
            (deviation - expected).abs() < 0.03,
            "{init}: deviation {deviation}"
        );
        assert!(
            part(Role::Beta).iter().all(|&value| value == beta),
            "{init}"
        );
    }
}

#[test]
fn running_statistics_start_as_pytorchs() {
    let graph = network("resnet-8", Options::default());
    let state = initial_state(&graph, 0, BnInit::Uniform);
    assert_eq!(state.running.len(), graph.batch_norms.len());
    for (norm, running) in graph.batch_norms.iter().zip(&state.running) {
        assert_eq!(running.mean, vec![0.0; norm.channels as usize]);
        assert_eq!(running.variance, vec![1.0; norm.channels as usize]);
        assert_eq!(running.batches_tracked, 0);
    }
}

#[test]
fn a_seed_gives_the_same_values_for_good() {
    let graph = network("resnet-8", Options::default());
    let state = initial_state(&graph, 42, BnInit::Uniform);
    let first =
        |name| -> [u32; 3] { std::array::from_fn(|at| values(&graph, &state, name)[at].to_bits()) };
    assert_eq!(
        first("conv.weight"),
        [1_019_522_148, 1_045_750_028, 1_049_857_195]
    );
    assert_eq!(
        first("bn.weight"),
        [1_048_262_720, 1_065_093_072, 1_046_538_560]
    );
    assert_eq!(
        first("fc.bias"),
        [1_026_455_768, 3_182_876_620, 3_171_043_312]
    );
    // All values at once, in their bits (FNV-1a).
    let bits = state
        .parameters
        .iter()
        .flatten()
        .flat_map(|v| v.to_le_bytes());
    let digest = bits.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    assert_eq!(digest, 1_432_632_209_322_820_646);
    assert_eq!(initial_state(&graph, 42, BnInit::Uniform), state);
    assert_ne!(initial_state(&graph, 43, BnInit::Uniform), state);
}

#[test]
fn more_layers_leave_the_values_of_the_others() {
    let small = network("resnet-8", Options::default());
    let large = network("resnet-14", Options::default());
    let bare = network(
        "resnet-8",
        Options {
            shortcut: false,
            ..Options::default()
        },
    );
    let state = initial_state(&small, 7, BnInit::Uniform);
    let more = initial_state(&large, 7, BnInit::Uniform);
    let less = initial_state(&bare, 7, BnInit::Uniform);
    for name in [
        "conv.weight",
        "blocks.0.conv2.weight",
        "blocks.0.bn1.weight",
        "fc.weight",
        "fc.bias",
    ] {
        assert_eq!(
            values(&small, &state, name),
            values(&large, &more, name),
            "{name}"
        );
        assert_eq!(
            values(&small, &state, name),
            values(&bare, &less, name),
            "{name}"
        );
    }
    let conv1 = values(&large, &more, "blocks.0.conv1.weight");
    assert_ne!(conv1, values(&large, &more, "blocks.1.conv1.weight"));
}

#[test]
fn names_of_first_values_are_read_and_written() {
    for init in BnInit::ALL {
        assert_eq!(init.to_string().parse(), Ok(init));
        let json = serde_json::to_string(&init).unwrap();
        assert_eq!(json, format!("\"{init}\""));
        assert_eq!(serde_json::from_str::<BnInit>(&json).unwrap(), init);
    }
    let error = "one".parse::<BnInit>().unwrap_err().to_string();
    assert_eq!(
        error,
        "BatchNorm cannot start from `one`; there are uniform (γ in [0, 1), β 0), ones (γ 1, β 0), \
         ones-ones (γ 1, β 1) and symmetric (γ in (−1, 1), β 0)"
    );
}
