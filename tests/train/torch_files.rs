//! What `torch.save` wrote, in both formats: `tests/fixtures/torch/`, made by PyTorch, and a trained network where it is.

use std::path::{Path, PathBuf};

use bnonly::network::{NamedTensor, TensorData};
use bnonly::train::saved::Saved;
use bnonly::train::tensor_file::{Beside, Format, TensorFile, parse_tensors, read_tensors};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/torch")
        .join(name)
}

fn read(name: &str) -> TensorFile {
    read_tensors(&path(name)).unwrap()
}

fn error(name: &str) -> String {
    read_tensors(&path(name)).unwrap_err().to_string()
}

fn sorted(mut tensors: Vec<NamedTensor>) -> Vec<NamedTensor> {
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    tensors
}

/// Tensors as safetensors has them, but for a prefix of their names.
#[track_caller]
fn assert_holds(file: &TensorFile, prefix: &str, expected: &[NamedTensor]) {
    let expected = expected.iter().map(|tensor| NamedTensor {
        name: format!("{prefix}{}", tensor.name),
        ..tensor.clone()
    });
    assert_eq!(sorted(file.tensors.clone()), sorted(expected.collect()));
}

#[test]
fn a_bare_state_reads_as_from_safetensors() {
    let expected = read("state.safetensors").tensors;
    for (name, format) in [
        ("state-zip.pt", Format::Torch),
        ("state-protocol-5.pt", Format::Torch),
        ("state-older.pt", Format::OlderTorch),
    ] {
        let file = read(name);
        assert_holds(&file, "", &expected);
        assert_eq!(file.format, format);
        assert_eq!((file.inside.len(), file.beside.len()), (0, 0), "{name}");
        // Layers stand in the network's order.
        assert_eq!(file.tensors[0].name, "conv.weight");
    }
}

#[test]
fn a_checkpoints_state_is_found_and_the_rest_is_named() {
    let expected = read("state.safetensors").tensors;
    for name in ["checkpoint-zip.pth.tar", "checkpoint-older.pth.tar"] {
        let file = read(name);
        assert_holds(&file, "module.", &expected);
        assert_eq!(file.inside, ["state_dict"]);
        let what = |name: &str| {
            let found = file.beside.iter().find(|entry| entry.name == name);
            found.map_or("", |entry| entry.what.as_str())
        };
        for (name, expected) in [
            ("epoch", "3"),
            ("arch", "\"net\""),
            ("args", "an object of argparse.Namespace"),
            ("when", "an object of datetime.datetime"),
            ("losses", "a dict of 1"),
            ("optimizer", "a dict of 2"),
            ("rng", "a tensor [16]"),
        ] {
            assert_eq!(what(name), expected, "{name}");
        }
        assert!(what("best").contains("numpy"), "{}", what("best"));
        assert_eq!(file.beside.len(), 8, "{:?}", file.beside);
    }
}

#[test]
fn views_shared_values_and_every_type_of_number_are_read() {
    let expected = read("odd.safetensors").tensors;
    let zip = read("odd-zip.pt");
    assert_holds(&zip, "", &expected);
    let without = |tensor: &&NamedTensor| tensor.name != "uint16";
    let older: Vec<_> = expected.iter().filter(without).cloned().collect();
    assert_holds(&read("odd-older.pt"), "", &older);

    // The fixture says what it is to say.
    let values = |name: &str| {
        let found = zip.tensors.iter().find(|tensor| tensor.name == name);
        found.unwrap().data.clone()
    };
    let floats = |values: &[f32]| TensorData::F32(values.to_vec());
    assert_eq!(
        values("part.weight"),
        floats(&[6.0, 8.0, 10.0, 12.0, 14.0, 16.0])
    );
    assert_eq!(values("repeated"), floats(&[1.5, 1.5, 1.5, 2.5, 2.5, 2.5]));
    assert_eq!(values("uint16"), TensorData::I64(vec![65_000, 6]));
    assert_eq!(zip.converted(), ["BF16", "F16", "F64"]);
}

#[test]
fn what_gives_no_state_is_told_with_the_way() {
    for (name, parts) in [
        (
            "model-zip.pt",
            ["a whole model (__main__.Net)", ".state_dict()"],
        ),
        (
            "model-older.pt",
            ["a whole model (__main__.Net)", ".state_dict()"],
        ),
        ("quantised.pt", ["`a.weight` that is quantised", "plain"]),
        ("sparse.pt", ["`a.weight` that is sparse", "plain"]),
        ("complex.pt", ["`a.weight` that is complex", "plain"]),
        ("float8.pt", ["`a.weight` that is of 8-bit floats", "plain"]),
        (
            "two-states.pt",
            ["several states: `G`, `D`", "save one of them"],
        ),
    ] {
        let error = error(name);
        let is_told = parts.iter().all(|part| error.contains(part));
        assert!(is_told && error.contains(name), "{name}: {error}");
    }
}

#[test]
fn a_file_cut_at_any_length_is_told() {
    for name in ["state-zip.pt", "state-older.pt"] {
        let whole = std::fs::read(path(name)).unwrap();
        for length in 0..whole.len() {
            let error = parse_tensors("cut.pt", &whole[..length])
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("cut.pt") && error.len() > 30,
                "{length}: {error}"
            );
            // A ZIP archive's first name says whose it is.
            if length > 64 {
                let is_told = ["cut short", "damaged"]
                    .iter()
                    .any(|part| error.contains(part));
                assert!(is_told, "{name}, {length} bytes: {error}");
            }
        }
    }
}

/// The trained ResNet-20 that BENCHMARKS.md measures: `BNONLY_RESNET20` names it, or it lies beside this project.
#[test]
fn the_trained_resnet_20_is_read() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/resnet20-12fca82f.th");
    let path = std::env::var_os("BNONLY_RESNET20").map_or(beside, PathBuf::from);
    if !path.is_file() {
        eprintln!("left out: there is no {}", path.display());
        return;
    }
    let Saved::Tensors(file) = Saved::read(&path).unwrap() else {
        panic!("it is no checkpoint of this program");
    };
    assert_eq!(file.format, Format::OlderTorch);
    assert_eq!(file.inside, ["state_dict"]);
    let best = Beside {
        name: "best_prec1".to_owned(),
        what: "91.78000183105469".to_owned(),
    };
    assert_eq!(file.beside, [best]);
    let names: Vec<_> = file
        .tensors
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    assert_eq!(names[..2], ["module.conv1.weight", "module.bn1.weight"]);
    assert_eq!(file.tensors[0].shape, [16, 3, 3, 3]);
    let is_learnt = |name: &str| !name.contains("running_");
    let learnt = file.tensors.iter().filter(|tensor| is_learnt(&tensor.name));
    let count: usize = learnt.map(|tensor| tensor.data.len()).sum();
    assert_eq!(count, 269_722);
}
