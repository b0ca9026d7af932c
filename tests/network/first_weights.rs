//! First weights other than He normal: what `torch.nn.init` says of them, and what makes them again.

use std::fs;

use bnonly::data::{DataShape, Normalization};
use bnonly::network::graph::{Parameter, Role};
use bnonly::network::orthogonal::orthogonal;
use bnonly::network::trainable::Trainable;
use bnonly::network::{BnInit, FirstValues, Graph, Options, State, WeightsInit, initial_state};
use bnonly::train::delta::Delta;
use bnonly::train::saved::Saved;
use bnonly::train::settings::Settings;
use bnonly::train::start::Start;
use serde_json::Value;

use crate::network::network;

/// With convolutions and an output layer that are wide, and some that are tall.
fn graph(width: u32) -> Graph {
    let width = Some(width);
    network(
        "resnet-8",
        Options {
            width,
            ..Options::default()
        },
    )
}

fn first(graph: &Graph, seed: u64, weights: WeightsInit) -> State {
    let bn = BnInit::Uniform;
    initial_state(graph, seed, FirstValues { weights, bn })
}

/// Each convolution's and the output layer's weight, and its values.
fn weights<'a>(
    graph: &'a Graph,
    state: &'a State,
) -> impl Iterator<Item = (&'a Parameter, &'a [f32])> {
    let all = graph.parameters.iter().zip(&state.parameters);
    all.filter(|(parameter, _)| is_weight(parameter))
        .map(|(parameter, values)| (parameter, &values[..]))
}

fn is_weight(parameter: &Parameter) -> bool {
    matches!(parameter.role, Role::ConvWeight | Role::OutputWeight)
}

fn fan_in(parameter: &Parameter) -> usize {
    parameter.shape[1..].iter().product()
}

/// From zero, where their mean is.
fn deviation(values: &[f32]) -> f64 {
    let squares = values.iter().map(|&value| f64::from(value).powi(2));
    (squares.sum::<f64>() / values.len() as f64).sqrt()
}

/// How far the products of a matrix's rows with each other are from `size` times the identity, or those
/// of its columns if there are fewer.
fn defect(values: &[f64], rows: usize, columns: usize, size: f64) -> f64 {
    let (lists, length) = (rows.min(columns), rows.max(columns));
    let value = |list: usize, at: usize| match rows <= columns {
        true => values[list * columns + at],
        false => values[at * columns + list],
    };
    let mut largest: f64 = 0.0;
    for i in 0..lists {
        for j in 0..=i {
            let product: f64 = (0..length).map(|at| value(i, at) * value(j, at)).sum();
            let expected = if i == j { size } else { 0.0 };
            // `max` would lose a NaN.
            assert!(product.is_finite());
            largest = largest.max((product - expected).abs());
        }
    }
    largest
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

fn torch() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/first-weights.json"
    );
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn uniform_weights_fill_their_range() {
    let graph = graph(16);
    let state = first(&graph, 0, WeightsInit::Uniform);
    for (parameter, values) in weights(&graph, &state) {
        let bound = (6.0 / fan_in(parameter) as f64).sqrt();
        let largest = wide(values)
            .into_iter()
            .fold(0.0, |a: f64, b| a.max(b.abs()));
        let name = &parameter.name;
        assert!(largest <= bound * 1.000_001, "{name}: {largest} of {bound}");
        assert!(largest > bound * 0.98, "{name}: {largest} of {bound}");
        // Five standard errors of the deviation and of the mean, at most.
        let expected = (2.0 / fan_in(parameter) as f64).sqrt();
        let error = 5.0 * expected / (values.len() as f64).sqrt();
        let found = deviation(values);
        assert!(
            (found - expected).abs() < error,
            "{name}: {found} of {expected}"
        );
        let mean = wide(values).iter().sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < error, "{name}: mean {mean}");
    }
}

#[test]
fn orthogonal_weights_are() {
    for width in [16, 40] {
        let graph = graph(width);
        let state = first(&graph, 1, WeightsInit::Orthogonal);
        for (parameter, values) in weights(&graph, &state) {
            let (rows, columns) = (parameter.shape[0], fan_in(parameter));
            let found = defect(&wide(values), rows, columns, 2.0);
            assert!(found < 1e-5, "{}: off by {found}", parameter.name);
        }
    }
}

#[test]
fn binary_weights_have_one_size_and_either_sign() {
    let graph = graph(16);
    let state = first(&graph, 2, WeightsInit::Binary);
    for (parameter, values) in weights(&graph, &state) {
        let size = (2.0 / fan_in(parameter) as f64).sqrt() as f32;
        assert!(
            values.iter().all(|value| value.abs() == size),
            "{}",
            parameter.name
        );
        let (count, above) = (
            values.len() as f64,
            values.iter().filter(|v| **v > 0.0).count(),
        );
        // Five standard errors.
        let error = 2.5 * count.sqrt();
        assert!(
            (above as f64 - count / 2.0).abs() < error,
            "{}: {above}",
            parameter.name
        );
    }
}

#[test]
fn first_weights_leave_biases_and_batch_norm_alone() {
    let graph = network(
        "vgg-11",
        Options {
            width: Some(4),
            ..Options::default()
        },
    );
    let usual = initial_state(&graph, 3, BnInit::Uniform);
    assert_eq!(first(&graph, 3, WeightsInit::HeNormal), usual);
    for init in WeightsInit::ALL.into_iter().skip(1) {
        let state = first(&graph, 3, init);
        assert_eq!(state, first(&graph, 3, init), "{init}");
        assert_eq!(state.running, usual.running);
        let pairs = state.parameters.iter().zip(&usual.parameters);
        for (parameter, (values, before)) in graph.parameters.iter().zip(pairs) {
            assert_eq!(
                values != before,
                is_weight(parameter),
                "{init}: {}",
                parameter.name
            );
        }
        assert_ne!(
            state.parameters,
            first(&graph, 4, init).parameters,
            "{init}"
        );
    }
}

/// The streams differ, so only what a draw of any stream has is compared.
#[test]
fn they_are_as_large_as_pytorchs() {
    let torch = torch();
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!((number(&torch["relu_gain"]) - 2.0_f64.sqrt()).abs() < 1e-12);
    let (narrow, broad) = (graph(16), graph(40));
    let narrow = (
        &narrow,
        WeightsInit::ALL.map(|init| first(&narrow, 5, init)),
    );
    let broad = (&broad, WeightsInit::ALL.map(|init| first(&broad, 5, init)));
    let mut compared = 0;
    for case in torch["weights"].as_array().expect("a list") {
        let shape: Vec<usize> = serde_json::from_value(case["shape"].clone()).expect("a shape");
        let inputs: usize = shape[1..].iter().product();
        assert_eq!(case["fan_in"], inputs);
        let count = shape.iter().product::<usize>() as f64;
        let bound = (6.0 / inputs as f64).sqrt();
        let largest = number(&case["uniform_largest"]);
        assert!(largest <= bound && largest > 0.98 * bound, "{shape:?}");
        for size in case["singular_values"].as_array().expect("a list") {
            assert!((number(size) - 2.0_f64.sqrt()).abs() < 1e-12);
        }
        for (graph, [normal, uniform, orthogonal, binary]) in [&narrow, &broad] {
            let of_shape = |state| weights(graph, state).find(|(p, _)| p.shape == shape);
            let Some((parameter, _)) = of_shape(normal) else {
                continue;
            };
            let place = graph.find_parameter(&parameter.name).expect("it").0;
            let expected = number(&case["normal_deviation"]);
            // Five standard errors of each of the two.
            let error = 10.0 * expected / (2.0 * count).sqrt();
            for (state, name, error) in [
                (normal, "normal_deviation", error),
                (uniform, "uniform_deviation", error),
                (binary, "normal_deviation", error),
                (orthogonal, "orthogonal_deviation", 1e-3 * expected),
            ] {
                let found = deviation(&state.parameters[place]);
                let expected = number(&case[name]);
                assert!(
                    (found - expected).abs() < error,
                    "{shape:?} {name}: {found}, not {expected}"
                );
            }
            compared += 1;
        }
    }
    assert!(compared >= 4, "{compared} shapes");
}

#[test]
fn the_same_normal_numbers_give_pytorchs_orthogonal_matrix() {
    for case in torch()["orthogonal"].as_array().expect("a list") {
        let list =
            |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).expect(name) };
        let size = |name: &str| case[name].as_u64().expect(name) as usize;
        let (rows, columns) = (size("rows"), size("columns"));
        let found = orthogonal(&list("normal"), rows, columns);
        for (found, expected) in found.iter().zip(list("orthogonal")) {
            assert!(
                (found - expected).abs() < 1e-9,
                "{rows}×{columns}: {found}, not {expected}"
            );
        }
        assert_eq!(found.len(), rows * columns);
    }
}

#[test]
fn any_matrix_becomes_orthogonal() {
    // A simple generator of numbers in (−1, 1).
    let mut state = 1_u64;
    let mut number = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    // Around the sizes of tiles and blocks, square ones among them.
    for (rows, columns) in [
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 4),
        (5, 7),
        (9, 33),
        (31, 32),
        (33, 33),
        (67, 64),
        (6, 300),
        (300, 6),
        (10, 257),
    ] {
        let normal: Vec<f64> = (0..rows * columns).map(|_| number()).collect();
        let found = defect(&orthogonal(&normal, rows, columns), rows, columns, 1.0);
        assert!(found < 1e-10, "{rows}×{columns}: off by {found}");
    }
    // Two rows that are nearly the same.
    let (rows, columns) = (5, 20);
    let mut close: Vec<f64> = (0..rows * columns).map(|_| number()).collect();
    for column in 0..columns {
        close[3 * columns + column] = close[columns + column] + 1e-9 * number();
    }
    let found = defect(&orthogonal(&close, rows, columns), rows, columns, 1.0);
    assert!(found < 1e-10, "off by {found}");
}

#[test]
fn a_delta_makes_its_first_weights_again() {
    let shape = DataShape {
        channels: 3,
        height: 8,
        width: 8,
        classes: 4,
        train: 64,
        test: 8,
    };
    for weights_init in WeightsInit::ALL {
        let settings = Settings {
            model: "resnet-8".parse().unwrap(),
            width: Some(4),
            seed: 11,
            train: "bn".parse::<Trainable>().unwrap(),
            weights_init,
            ..Settings::default()
        };
        let start = Start::new(&settings, &shape).unwrap();
        let weights = FirstValues {
            weights: weights_init,
            bn: settings.bn_init,
        };
        assert_eq!(start.initial, initial_state(&start.graph, 11, weights));
        let mut trained = start.initial.clone();
        let gamma = start.graph.find_parameter("bn.weight").unwrap().0;
        trained.parameters[gamma].fill(0.5);
        let delta = Delta::of(
            &start.graph,
            &trained,
            &start.trained,
            &settings,
            &start.base,
        );
        assert!(
            !delta
                .tensors
                .iter()
                .any(|tensor| tensor.name == "conv.weight")
        );
        let bytes = |delta: &Delta| {
            let mut bytes = Vec::new();
            delta.write(&mut bytes).unwrap();
            bytes
        };
        let back = |bytes: &[u8]| {
            Saved::parse("delta", bytes).unwrap().into_state(
                &start.graph,
                "delta",
                Normalization::default(),
            )
        };
        assert_eq!(
            back(&bytes(&delta)).unwrap().state,
            trained,
            "{weights_init}"
        );

        // Its settings decide: with others its base is another, which is told.
        let mut other = delta;
        other.settings.weights_init = match weights_init {
            WeightsInit::Binary => WeightsInit::HeNormal,
            _ => WeightsInit::Binary,
        };
        let told = back(&bytes(&other)).unwrap_err().to_string();
        assert!(
            told.contains("seed:11") && told.contains("weights-init"),
            "{told}"
        );
    }
}

#[test]
fn names_of_first_weights_are_read_and_written() {
    for init in WeightsInit::ALL {
        assert_eq!(init.to_string().parse(), Ok(init));
        assert_eq!(serde_json::to_string(&init).unwrap(), format!("\"{init}\""));
        let settings = Settings {
            weights_init: init,
            ..Settings::default()
        };
        let text = settings.to_toml().unwrap();
        assert!(
            text.lines()
                .any(|line| line == format!("weights-init = \"{init}\"")),
            "{text}"
        );
        assert_eq!(Settings::from_toml(&text).unwrap(), settings);
    }
    assert_eq!(
        Settings::from_toml("seed = 1").unwrap().weights_init,
        WeightsInit::HeNormal
    );
    let told = "ones".parse::<WeightsInit>().unwrap_err().to_string();
    assert!(
        told.contains("`ones`") && told.contains("he-normal"),
        "{told}"
    );
}
