//! CIFAR's Python version: pickles, which are not read here. It is recognised, and the way to the binary version told.

use std::path::Path;

use super::DataError;
use super::cifar::Kind;

/// The lines that write CIFAR-10's binary files beside the pickles.
const TEN: &str = r#"import pickle, numpy
for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]:
    batch = pickle.load(open(name, "rb"), encoding="bytes")
    labels = numpy.array(batch[b"labels"], "uint8")
    numpy.column_stack([labels, batch[b"data"]]).tofile(name + ".bin")
"#;

/// The lines that write CIFAR-100's binary files beside the pickles.
const HUNDRED: &str = r#"import pickle, numpy
for name in ["train", "test"]:
    batch = pickle.load(open(name, "rb"), encoding="bytes")
    labels = [numpy.array(batch[key], "uint8") for key in (b"coarse_labels", b"fine_labels")]
    numpy.column_stack(labels + [batch[b"data"]]).tofile(name + ".bin")
names = pickle.load(open("meta", "rb"), encoding="bytes")[b"fine_label_names"]
open("fine_label_names.txt", "wb").write(b"\n".join(names))
"#;

/// Whose Python version it is that has files of these names.
pub(super) fn kind(has: impl Fn(&str) -> bool) -> Option<Kind> {
    if ["data_batch_1", "test_batch", "batches.meta"]
        .into_iter()
        .any(&has)
    {
        Some(Kind::Ten)
    } else if has("train") && has("meta") {
        Some(Kind::Hundred)
    } else {
        None
    }
}

/// The error that `path`, a folder or an archive, has pickles. `archive` is true if it must be unpacked first.
pub(super) fn refused(kind: Kind, path: &Path, archive: bool) -> DataError {
    let (name, lines, binary, folder) = match kind {
        Kind::Ten => (
            "CIFAR-10",
            TEN,
            "cifar-10-binary.tar.gz",
            "cifar-10-batches-py",
        ),
        Kind::Hundred => (
            "CIFAR-100",
            HUNDRED,
            "cifar-100-binary.tar.gz",
            "cifar-100-python",
        ),
    };
    let where_to = match archive {
        true => format!(
            "unpack it (tar -xf {}), and in its folder {folder}",
            path.display()
        ),
        false => format!("in {}", path.display()),
    };
    DataError::PythonVersion {
        path: path.into(),
        name,
        binary,
        where_to,
        lines,
    }
}
