//! PyTorch's tensors, from a safetensors file of `tests/fixtures/`.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};

/// All tensors of a file, by name.
#[derive(Clone, Debug)]
pub struct Fixture {
    tensors: BTreeMap<String, Tensor>,
}

/// One tensor.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// Its sizes, row-major.
    pub shape: Vec<usize>,
    /// Its values; whole numbers of all kinds fit as well.
    pub values: Vec<f64>,
}

impl Fixture {
    /// Reads `tests/fixtures/NAME`.
    ///
    /// # Panics
    ///
    /// When the file is missing or is not what the tests were written for.
    pub fn read(name: &str) -> Self {
        Self::read_path(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/fixtures")
                .join(name),
        )
    }

    /// Reads any safetensors file of F32 and I64 tensors.
    pub fn read_path(path: &Path) -> Self {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(&path.display().to_string(), &bytes)
    }

    /// Reads the bytes of a safetensors file of F32 and I64 tensors, wherever they are from.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Self {
        let file =
            SafeTensors::deserialize(bytes).unwrap_or_else(|error| panic!("{file_name}: {error}"));
        let tensors = file.iter().map(|(name, view)| {
            let data = view.data();
            let values = match view.dtype() {
                Dtype::F32 => data
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&b| f64::from(f32::from_le_bytes(b)))
                    .collect(),
                Dtype::I64 => data
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&b| i64::from_le_bytes(b) as f64)
                    .collect(),
                other => {
                    panic!("{file_name}: {name} is {other:?}; these tests read F32 and I64")
                }
            };
            (
                name.to_owned(),
                Tensor {
                    shape: view.shape().to_vec(),
                    values,
                },
            )
        });
        Self {
            tensors: tensors.collect(),
        }
    }

    /// A tensor by its whole name.
    pub fn tensor(&self, name: &str) -> &Tensor {
        self.tensors
            .get(name)
            .unwrap_or_else(|| panic!("no tensor `{name}` among the fixtures"))
    }

    /// A tensor's values.
    pub fn f64(&self, name: &str) -> &[f64] {
        &self.tensor(name).values
    }

    /// A tensor's values as they are stored.
    pub fn f32(&self, name: &str) -> Vec<f32> {
        super::narrow(self.f64(name))
    }

    /// Labels.
    pub fn u32(&self, name: &str) -> Vec<u32> {
        self.f64(name).iter().map(|&v| v as u32).collect()
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// What stands before the last dot in the tensors' names, sorted, without repeats: in
    /// `ops.safetensors`, the cases (`conv_n2_c3_o16_hw32_k3_s1_p1`).
    pub fn cases(&self) -> Vec<&str> {
        let mut cases: Vec<_> = self
            .names()
            .filter_map(|name| Some(name.rsplit_once('.')?.0))
            .collect();
        cases.dedup();
        cases
    }
}

/// A number from a case's name: `number("conv_n2_c16", "c")` is 16.
pub fn number(case: &str, letters: &str) -> usize {
    case.split('_')
        .find_map(|part| part.strip_prefix(letters)?.parse().ok())
        .unwrap_or_else(|| panic!("no `{letters}` in `{case}`"))
}
