//! Files of states that this program did not write: other number types, other formats, other classes.

use bnonly::data::{DataShape, Normalization};
use bnonly::network::{Graph, State};
use bnonly::train::saved::{Saved, initial};
use bnonly::train::settings::Settings;
use bnonly::train::start::{Start, build};
use bnonly::train::tensor_file::{Metadata, parse_tensors, write_tensors};
use half::{bf16, f16};

const SHAPE: DataShape = DataShape {
    channels: 3,
    height: 8,
    width: 8,
    classes: 4,
    train: 64,
    test: 8,
};

fn settings() -> Settings {
    Settings {
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        seed: 9,
        ..Settings::default()
    }
}

fn graph(classes: usize) -> Graph {
    build(&settings(), &DataShape { classes, ..SHAPE }).unwrap()
}

fn state(graph: &Graph) -> State {
    initial(graph, &settings()).unwrap().state
}

/// A safetensors file without metadata, its floats as bytes of another type.
fn file_of(graph: &Graph, dtype: &str, bytes_of: fn(f32) -> Vec<u8>) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for tensor in state(graph).named(graph) {
        let bytes: Vec<u8> = match tensor.data {
            bnonly::network::TensorData::F32(values) => {
                values.into_iter().flat_map(bytes_of).collect()
            }
            bnonly::network::TensorData::I64(_) => vec![0; 4],
        };
        let dtype = if bytes.len() == 4 && tensor.shape.is_empty() {
            "I32"
        } else {
            dtype
        };
        let start = data.len();
        data.extend(bytes);
        let entry = serde_json::json!({
            "dtype": dtype, "shape": tensor.shape, "data_offsets": [start, data.len()],
        });
        header.insert(tensor.name, entry);
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

#[test]
fn floats_of_other_widths_are_converted_and_told() {
    let graph = graph(4);
    let whole = state(&graph);
    let rounded = |round: fn(f32) -> f32| {
        let mut state = whole.clone();
        for values in &mut state.parameters {
            values.iter_mut().for_each(|value| *value = round(*value));
        }
        state
    };
    let f16_bytes: fn(f32) -> Vec<u8> = |value| f16::from_f32(value).to_le_bytes().to_vec();
    let bf16_bytes: fn(f32) -> Vec<u8> = |value| bf16::from_f32(value).to_le_bytes().to_vec();
    let f64_bytes: fn(f32) -> Vec<u8> = |value| f64::from(value).to_le_bytes().to_vec();
    for (dtype, bytes_of, expected) in [
        (
            "F16",
            f16_bytes,
            rounded(|value| f16::from_f32(value).to_f32()),
        ),
        (
            "BF16",
            bf16_bytes,
            rounded(|value| bf16::from_f32(value).to_f32()),
        ),
        ("F64", f64_bytes, whole.clone()),
    ] {
        let saved = Saved::parse("it", &file_of(&graph, dtype, bytes_of)).unwrap();
        let adopted = saved
            .into_state(&graph, "it", Normalization::default())
            .unwrap();
        assert_eq!(adopted.state, expected, "{dtype}");
        let told = adopted
            .notes
            .iter()
            .filter(|note| note.text.contains(dtype));
        assert_eq!(told.count(), 1, "{:?}", adopted.notes);
    }
}

#[test]
fn a_foreign_state_says_how_images_are_normalised() {
    for (channels, parts) in [
        (3, ["0.485, 0.456, 0.406", "0.229"]),
        (1, ["0.449", "0.226"]),
    ] {
        let graph = build(&settings(), &DataShape { channels, ..SHAPE }).unwrap();
        let file = file_of(&graph, "F32", |value| value.to_le_bytes().to_vec());
        let adopted = Saved::parse("it", &file)
            .unwrap()
            .into_state(&graph, "it", Normalization::default())
            .unwrap();
        let [note] = &adopted.notes[..] else {
            panic!("{:?}", adopted.notes);
        };
        assert!(
            parts.iter().all(|part| note.text.contains(part)),
            "{}",
            note.text
        );
    }
}

#[test]
fn other_formats_are_named_with_the_way() {
    let index = br#"{"weight_map": {"conv.weight": "model-00001-of-00002.safetensors"}}"#;
    for (bytes, parts) in [
        (
            &b"<!DOCTYPE html><html></html>"[..],
            ["web page", "download"],
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            ["git-lfs", "git lfs pull"],
        ),
        (index, ["index", "model-00001-of-00002.safetensors"]),
        (
            b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s.",
            ["pickle", "torch.save("],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.safetensors");
        std::fs::write(&path, bytes).unwrap();
        let read = Saved::read(&path).unwrap_err().to_string();
        let parsed = parse_tensors("state.safetensors", bytes)
            .unwrap_err()
            .to_string();
        for error in [read, parsed] {
            assert!(
                error.contains("state.safetensors is no state of a network"),
                "{error}"
            );
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }
}

/// A run whose output layer was made anew can be told from its file again: the same base, the same delta.
#[test]
fn a_start_from_other_classes_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("five.safetensors");
    let five = graph(5);
    let mut file = std::fs::File::create(&path).unwrap();
    write_tensors(&mut file, &state(&five).named(&five), &Metadata::new()).unwrap();
    let settings = Settings {
        init: Some(path),
        ..settings()
    };
    let first = Start::new(&settings, &SHAPE).unwrap();
    let again = Start::new(&settings, &SHAPE).unwrap();
    assert_eq!((&first.state, &first.base), (&again.state, &again.base));
    let notes: Vec<_> = first.notes.iter().map(|note| &note.text).collect();
    assert!(
        notes[0].contains("for 5 classes, the data have 4"),
        "{notes:?}"
    );
    assert_eq!(first.base.seed, None);
    let other = Settings {
        seed: 10,
        ..settings
    };
    assert_ne!(Start::new(&other, &SHAPE).unwrap().base, first.base);
}
