//! In which numbers images and packed weights are stored.

use serde::{Deserialize, Serialize};

/// How activations, their gradients and the packed weights of convolutions are stored. All arithmetic,
/// statistics, parameters and their gradients are f32 either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits: half the memory, numbers up to 65,504, three digits. Not every adapter has them.
    F16,
}

impl Precision {
    /// Both, in the order to offer them in.
    pub const ALL: [Self; 2] = [Self::F32, Self::F16];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
        }
    }

    /// What gradients of images are multiplied with while they are images, beside the samples of the batch:
    /// those of the mean loss would end among the smallest f16, where digits go missing, or below them. A
    /// power of two, about as far from the largest f16 as from where digits go missing. In f32 nothing is
    /// multiplied.
    pub const HALF_GRADIENT_SCALE: u32 = 256;

    /// What texts over images call by name: how they are stored, and the scale of their gradients.
    pub(super) fn prelude(self) -> String {
        let (number, comment, scale) = match self {
            Self::F32 => ("f32", "nothing.", "1.0".to_owned()),
            Self::F16 => (
                "f16",
                "they are those of the batch's summed\n/// loss, times a power of two.",
                format!("{}.0 * f32(current.batch)", Self::HALF_GRADIENT_SCALE),
            ),
        };
        format!(
            "/// Four channels of a pixel, or four weights of a convolution, in memory. Kernels compute in f32.
alias Stored = vec4<{number}>;
alias StoredValue = {number};

/// What gradients of images are multiplied with while they are images: {comment}
fn gradient_scale() -> f32 {{
    return {scale};
}}
"
        )
    }

    /// Bytes of a stored number.
    pub fn bytes(self) -> u32 {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// No precision has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are f32 and f16")]
pub struct UnknownPrecision;

impl std::str::FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        let found = Self::ALL
            .into_iter()
            .find(|precision| precision.name() == text);
        found.ok_or(UnknownPrecision)
    }
}
