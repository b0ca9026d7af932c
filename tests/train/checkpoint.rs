//! Checkpoints and deltas: bit-exact round trips, and files that are not what they should be.

use std::fs;
use std::io::Write;

use bnonly::engine::Choices;
use bnonly::kernels::Blocked;
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::conv::{ConvShape, Direction};
use bnonly::network::graph::{Graph, Shape};
use bnonly::network::state::{NamedTensor, TensorData};
use bnonly::network::trainable::{Selection, TrainedSet};
use bnonly::network::{State, architecture, initial};
use bnonly::train::atomic_file::write_atomically;
use bnonly::train::checkpoint::{Base, Checkpoint, OptimizerState, Progress, state_digest};
use bnonly::train::delta::{Delta, DeltaError, is_delta};
use bnonly::train::settings::Settings;
use bnonly::train::tensor_file::{Metadata, parse_tensors, read_tensors, write_tensors};
use proptest::prelude::*;
use serde_json::json;

fn floats(name: &str, shape: &[usize], values: &[f32]) -> NamedTensor {
    NamedTensor {
        name: name.into(),
        shape: shape.into(),
        data: TensorData::F32(values.into()),
    }
}

fn integers(name: &str, shape: &[usize], values: &[i64]) -> NamedTensor {
    NamedTensor {
        name: name.into(),
        shape: shape.into(),
        data: TensorData::I64(values.into()),
    }
}

fn choices() -> Choices {
    let images = Blocked::new(16, 32, 32);
    let shape = ConvShape {
        input: images,
        output: images,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    let pass = shape.pass(Direction::Backward);
    let choice = json!({ "pass": pass, "tiling": Tiling::baseline(&pass) });
    let choices = json!({ "adapter": "made up, 8 lanes", "choices": [choice] });
    serde_json::from_value(choices).expect("as they are written")
}

fn small() -> Checkpoint {
    let tensors = vec![
        floats("bn.bias", &[2], &[-0.0, f32::MIN_POSITIVE / 2.0]),
        integers("bn.num_batches_tracked", &[], &[i64::MAX]),
        floats("bn.weight", &[2], &[0.1, -3.4e38]),
        floats("empty", &[0, 3], &[]),
    ];
    Checkpoint {
        base: Base {
            seed: Some(7),
            digest: state_digest(&tensors),
        },
        tensors,
        optimizer: OptimizerState {
            steps: 3,
            first_moment: vec![1e-40, -0.0, 1.0],
            second_moment: vec![0.3, 0.2, 0.1],
        },
        settings: Settings {
            lr: 0.1 + 0.2,
            ..Settings::default()
        },
        progress: Progress {
            step: 3,
            epoch: 0.1 + 0.2,
            best_accuracy: Some(1.0 / 3.0),
            seconds: 1e-7,
        },
        choices: choices(),
    }
}

fn bytes_of(checkpoint: &Checkpoint) -> Vec<u8> {
    let mut bytes = Vec::new();
    checkpoint.write(&mut bytes).unwrap();
    bytes
}

/// The bits of every value, so that −0 is not 0.
fn bits(tensors: &[NamedTensor]) -> Vec<Vec<u64>> {
    let bits = |tensor: &NamedTensor| match &tensor.data {
        TensorData::F32(values) => values.iter().map(|v| u64::from(v.to_bits())).collect(),
        TensorData::I64(values) => values.iter().map(|v| *v as u64).collect(),
    };
    tensors.iter().map(bits).collect()
}

#[test]
fn a_checkpoint_comes_back_bit_for_bit() {
    let checkpoint = small();
    let back = Checkpoint::parse("x", &bytes_of(&checkpoint)).unwrap();
    assert_eq!(back, checkpoint);
    assert_eq!(bits(&back.tensors), bits(&checkpoint.tensors));
    assert_eq!(
        back.optimizer.first_moment[1].to_bits(),
        (-0.0_f32).to_bits()
    );

    let before = Progress::default();
    let optimizer = OptimizerState::default();
    let base = Base {
        seed: None,
        ..checkpoint.base.clone()
    };
    let fresh = Checkpoint {
        progress: before,
        optimizer,
        base,
        ..checkpoint
    };
    assert_eq!(Checkpoint::parse("x", &bytes_of(&fresh)).unwrap(), fresh);
}

#[test]
fn the_same_content_gives_the_same_bytes_in_any_order() {
    let checkpoint = small();
    let mut turned = checkpoint.clone();
    turned.tensors.reverse();
    assert_eq!(bytes_of(&checkpoint), bytes_of(&turned));
    assert_eq!(
        state_digest(&checkpoint.tensors),
        state_digest(&turned.tensors)
    );
    turned.tensors[0].name.push('x');
    assert_ne!(
        state_digest(&checkpoint.tensors),
        state_digest(&turned.tensors)
    );
}

#[test]
fn a_file_cut_at_any_length_is_refused_with_its_byte_count() {
    let whole = bytes_of(&small());
    for length in 0..whole.len() {
        let message = Checkpoint::parse("cut.file", &whole[..length])
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("cut.file"), "{message}");
        let header = u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
        let counted = if length < 8 + header {
            length
        } else {
            length - 8 - header
        };
        assert!(
            message.contains(&counted.to_string()),
            "{length}: {message}"
        );
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert!(Checkpoint::parse("x", &longer).is_err());
}

#[test]
fn any_flipped_byte_is_noticed() {
    let whole = bytes_of(&small());
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        let result = Checkpoint::parse("x", &damaged);
        assert!(result.is_err(), "byte {at} of {}", whole.len());
        if at >= header {
            let message = result.unwrap_err().to_string();
            assert!(
                message.contains("damaged") && message.contains("digest"),
                "{at}: {message}"
            );
        }
    }
}

fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

#[test]
fn headers_that_lie_are_refused_with_a_sentence() {
    let tensor = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    let overlapping = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                          "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    let deep = "[".repeat(100_000);
    for (bytes, part) in [
        (u64::MAX.to_le_bytes().to_vec(), "18446744073709551615"),
        (
            [&u64::MAX.to_le_bytes(), b"{}".as_slice()].concat(),
            "10 bytes",
        ),
        (
            [&(1_u64 << 40).to_le_bytes(), b"{}".as_slice()].concat(),
            "1099511627776",
        ),
        (with_header("", &[]), "no safetensors file"),
        (with_header("\u{1}", &[]), "no safetensors file"),
        (with_header(&deep, &[]), "no safetensors file"),
        (with_header(overlapping, &[0; 12]), "`b`"),
        (with_header(&tensor("F99", "[1]", "[0,4]"), &[0; 4]), "F99"),
        (with_header(&tensor("F32", "[1]", "[4,8]"), &[0; 8]), "`a`"),
        (with_header(&tensor("F32", "[1]", "[4,0]"), &[0; 4]), "`a`"),
        (
            with_header(&tensor("F32", "[2]", "[0,4]"), &[0; 4]),
            "shape",
        ),
        (
            with_header(&tensor("F32", "[1]", "[0,4]"), &[0; 3]),
            "3 bytes",
        ),
        (
            with_header(
                &tensor("F32", "[4611686018427387904,4611686018427387904]", "[0,4]"),
                &[0; 4],
            ),
            "overflow",
        ),
        (with_header(&tensor("F32", "[-1]", "[0,4]"), &[0; 4]), "-1"),
        (
            with_header(&tensor("F8_E4M3", "[4]", "[0,4]"), &[0; 4]),
            "`a` is F8_E4M3; expected F32",
        ),
        (
            with_header(&tensor("C64", "[1]", "[0,8]"), &[0; 8]),
            "`a` is C64; expected F32",
        ),
    ] {
        let message = parse_tensors("lies.safetensors", &bytes)
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("lies.safetensors"), "{message}");
        assert!(message.contains(part), "{message:?} without {part:?}");
        assert!(message.len() < 600, "{message}");
    }
}

#[test]
fn a_file_on_disk_is_judged_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    // 16 TiB with no blocks behind it: reading it all would not end well.
    let file = fs::File::create(&path).unwrap();
    (&file).write_all(&[0xff; 8]).unwrap();
    if file.set_len(1 << 43).is_ok() {
        let message = read_tensors(&path).unwrap_err().to_string();
        assert!(message.contains("8796093022208 bytes"), "{message}");
    }
    let message = read_tensors(folder.path()).unwrap_err().to_string();
    assert!(message.contains("is not a file"), "{message}");
    let message = read_tensors(&folder.path().join("none"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("none could not be read"), "{message}");
}

#[test]
fn a_plain_safetensors_file_reads_but_is_no_checkpoint() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let data = [1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat();
    let bytes = with_header(header, &data);
    let content = parse_tensors("x", &bytes).unwrap();
    assert_eq!(content.tensors, [floats("a", &[2], &[1.5, -2.0])]);
    assert!(content.metadata.is_empty() && !is_delta(&content.metadata));
    let message = Checkpoint::parse("x", &bytes).unwrap_err().to_string();
    assert!(message.contains("no checkpoint of bnonly"), "{message}");
}

#[test]
fn tensors_that_do_not_fill_their_shapes_are_not_written() {
    for tensors in [
        vec![floats("a", &[3], &[1.0])],
        vec![floats("a", &[], &[1.0]); 2],
    ] {
        assert!(write_tensors(&mut Vec::new(), &tensors, &Metadata::new()).is_err());
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_tensors("x", &bytes);
        let _ = Delta::parse("x", &bytes);
    }

    #[test]
    fn arbitrary_headers_never_panic(header in "[\\[\\]{}\",:0-9a-z_ ]{0,200}", data in prop::collection::vec(any::<u8>(), 0..30)) {
        let _ = Checkpoint::parse("x", &with_header(&header, &data));
    }

    #[test]
    fn damaged_checkpoints_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = bytes_of(&small());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = Checkpoint::parse("x", &bytes);
    }
}

#[test]
fn a_write_that_fails_leaves_the_earlier_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last.safetensors");
    write_atomically(&path, |out| small().write(out)).unwrap();
    let before = fs::read(&path).unwrap();
    let error = write_atomically(&path, |out| {
        out.write_all(&before[..20])?;
        Err(std::io::ErrorKind::StorageFull.into())
    });
    assert_eq!(error.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "the partial file is gone"
    );

    // A partial file that a killed process left is no hindrance.
    fs::write(folder.path().join("last.safetensors.partial"), "half").unwrap();
    write_atomically(&path, |out| small().write(out)).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

fn network() -> (Graph, State) {
    let options = architecture::Options {
        width: Some(4),
        ..Default::default()
    };
    let input = Shape {
        channels: 3,
        height: 8,
        width: 8,
    };
    let graph = architecture::Architecture::parse("resnet-8", options)
        .unwrap()
        .build(input, 10)
        .unwrap();
    let state = initial::initial_state(&graph, 5, initial::BnInit::default());
    (graph, state)
}

/// γ whole, of the first convolution three places, nothing else; all running statistics moved.
fn trained(graph: &Graph, base: &State) -> (TrainedSet, State) {
    let mut set = TrainedSet {
        selections: vec![Selection::Frozen; graph.parameters.len()],
    };
    let mut state = base.clone();
    for (i, parameter) in graph.parameters.iter().enumerate() {
        if parameter.name == "conv.weight" {
            set.selections[i] = Selection::Some(vec![0, 5, 107]);
            for place in [0, 5, 107] {
                state.parameters[i][place] += 1.0;
            }
        } else if graph.batch_norms.iter().any(|norm| norm.gamma.0 == i) {
            set.selections[i] = Selection::Whole;
            state.parameters[i]
                .iter_mut()
                .for_each(|value| *value *= -0.5);
        }
    }
    for running in &mut state.running {
        running.mean[0] = 0.25;
        running.batches_tracked = 9;
    }
    (set, state)
}

#[test]
fn a_delta_on_its_base_is_the_trained_state() {
    let (graph, base_state) = network();
    let (set, state) = trained(&graph, &base_state);
    let settings = Settings::default();
    let base = Base {
        seed: Some(5),
        digest: state_digest(&base_state.named(&graph)),
    };
    let delta = Delta::of(&graph, &state, &set, &settings, &base);
    let mut bytes = Vec::new();
    delta.write(&mut bytes).unwrap();
    let back = Delta::parse("x", &bytes).unwrap();
    assert_eq!(back, delta);
    assert_eq!((back.classes, back.input), (10, graph.input_shape()));
    assert_eq!(back.apply(&graph, &base_state).unwrap(), state);

    let content = parse_tensors("x", &bytes).unwrap();
    assert!(is_delta(&content.metadata));
    assert_eq!(content.metadata["bnonly.base"], "seed:5");
    assert!(
        content
            .tensors
            .contains(&integers("conv.weight.indices", &[3], &[0, 5, 107]))
    );
    assert!(
        !content
            .tensors
            .iter()
            .any(|t| t.name == "fc.weight" || t.name == "bn.bias")
    );
    let message = Checkpoint::parse("x", &bytes).unwrap_err().to_string();
    assert!(message.contains("no checkpoint"), "{message}");
}

#[test]
fn a_delta_refuses_what_it_does_not_fit() {
    let (graph, base_state) = network();
    let (set, state) = trained(&graph, &base_state);
    let base = Base {
        seed: None,
        digest: state_digest(&base_state.named(&graph)),
    };
    let delta = Delta::of(&graph, &state, &set, &Settings::default(), &base);
    let message = delta.apply(&graph, &state).unwrap_err().to_string();
    assert!(
        message.contains(&format!("sha256:{}", base.digest)),
        "{message}"
    );

    let with = |change: &dyn Fn(&mut NamedTensor)| {
        let mut delta = delta.clone();
        delta.tensors.iter_mut().for_each(change);
        delta.apply(&graph, &base_state).unwrap_err()
    };
    let places = |places: &'static [i64]| {
        with(&|tensor| {
            if tensor.name == "conv.weight.indices" {
                tensor.data = TensorData::I64(places.to_vec());
            }
        })
    };
    for wrong in [
        &[0_i64, 5, 108][..],
        &[-1, 5, 107],
        &[0, 5, 5],
        &[5, 0, 107],
        &[0, 5],
        &[0, 5, i64::MAX],
    ] {
        assert!(
            matches!(places(wrong), DeltaError::Indices { .. }),
            "{wrong:?}"
        );
    }
    let renamed = with(&|tensor| tensor.name = tensor.name.replace("blocks.0.bn1", "blocks.9.bn1"));
    assert!(renamed.to_string().contains("blocks.9.bn1"), "{renamed}");
    let orphan =
        with(&|tensor| tensor.name = tensor.name.replace("conv.weight.indices", "x.indices"));
    assert!(
        matches!(orphan, DeltaError::Indices { .. } | DeltaError::State(_)),
        "{orphan}"
    );
    let reshaped = with(&|tensor| {
        if tensor.name == "bn.weight" {
            *tensor = floats("bn.weight", &[2], &[1.0, 2.0]);
        }
    });
    assert!(
        reshaped.to_string().contains("[2]") && reshaped.to_string().contains("[4]"),
        "{reshaped}"
    );
}
