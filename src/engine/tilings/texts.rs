//! What the choice of a variant was made from: the texts of all of them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::gpu::{Capabilities, Lanes};
use crate::kernels::Kernel;
use crate::kernels::conv::Pass;

use super::measure::kernels;

/// Of passes that were asked for before. The texts of a program do not change while it runs, and a form asks again with
/// each letter that is typed.
static DIGESTS: LazyLock<Mutex<HashMap<Question, String>>> = LazyLock::new(Mutex::default);

/// A pass, and what of an adapter decides which variants it has, and what these read and write.
type Question = (Pass, Lanes, bool);

/// A digest of the texts of all variants of a pass, as an adapter gets them. While it is the same, so is the choice
/// among them.
pub(super) fn digest(adapter: &Capabilities, pass: &Pass) -> String {
    let question = (*pass, adapter.lanes(), adapter.wide_loads);
    let mut digests = DIGESTS.lock().unwrap_or_else(PoisonError::into_inner);
    let digest = digests
        .entry(question)
        .or_insert_with(|| digest_of(&kernels(adapter, pass)));
    digest.clone()
}

/// Eight bytes in hexadecimal.
fn digest_of(kernels: &[Kernel]) -> String {
    let mut digest = Sha256::new();
    for kernel in kernels {
        digest.update(&kernel.source);
        digest.update([0]);
    }
    let digest = digest.finalize();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Blocked;
    use crate::kernels::conv::tiling::Tiling;
    use crate::kernels::conv::{self, ConvShape, Direction};

    #[test]
    fn each_part_of_each_text_counts() {
        let images = Blocked::new(4, 2, 2);
        let shape = ConvShape {
            input: images,
            output: images,
            kernel: 1,
            stride: 1,
            padding: 0,
        };
        let pass = shape.pass(Direction::Forward);
        let tiling = Tiling::baseline(&pass);
        let kernels = [
            conv::forward(&shape, &tiling, Default::default()),
            conv::pack(&pass, &tiling),
        ];
        let digest = digest_of(&kernels);
        assert_eq!(digest, digest_of(&kernels.clone()));
        for changed in 0..kernels.len() {
            for place in [0, kernels[changed].source.len()] {
                let mut kernels = kernels.clone();
                kernels[changed].source.insert(place, ' ');
                assert_ne!(digest, digest_of(&kernels), "{changed} at {place}");
            }
        }
        assert_ne!(digest, digest_of(&kernels[..1]));
    }
}
