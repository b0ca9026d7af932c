//! What bytes become before the first layer: `(byte / 255 − mean) / deviation`, a channel.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Images;

/// How images are normalised. It is part of what a network has learnt: it answers well where images come to it as they
/// did in its training.
///
/// As text a name, or `MEAN/DEVIATION`, of all channels or of each: `0.5/0.25`, `0.49,0.48,0.45/0.25,0.24,0.26`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Normalization {
    /// By ImageNet's, which torchvision's networks, the paper's code and the article use, for CIFAR-10 too.
    #[default]
    ImageNet,
    /// By those of CIFAR-10's training images.
    Cifar10,
    /// To −1 … 1.
    Half,
    /// By those of the training images; [`Self::settled`] makes numbers of it.
    Data,
    /// By these, of red, green and blue.
    Values {
        /// Means of pixels in 0–1.
        mean: [f32; 3],
        /// Deviations of pixels in 0–1.
        deviation: [f32; 3],
    },
}

/// The names, and what each stands for.
const NAMED: [(&str, Normalization); 4] = [
    ("imagenet", Normalization::ImageNet),
    ("cifar10", Normalization::Cifar10),
    ("half", Normalization::Half),
    ("data", Normalization::Data),
];

impl Normalization {
    fn colours(self) -> [[f32; 3]; 2] {
        match self {
            // What is not settled is only planned for; numbers do not matter then.
            Self::ImageNet | Self::Data => [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]],
            Self::Cifar10 => [[0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]],
            Self::Half => [[0.5; 3], [0.5; 3]],
            Self::Values { mean, deviation } => [mean, deviation],
        }
    }

    /// Mean and deviation of each of `channels` channels. Of any other number than three, those of red, green and
    /// blue are averaged and rounded to three digits (ImageNet's: 0.449 and 0.226).
    pub fn values(self, channels: u32) -> (Vec<f32>, Vec<f32>) {
        let [mean, deviation] = self.colours().map(|values| match channels {
            3 => values.to_vec(),
            _ if values.iter().all(|value| *value == values[0]) => {
                vec![values[0]; channels as usize]
            }
            _ => {
                let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
                vec![(sum / 3.0 * 1e3).round() as f32 / 1e3; channels as usize]
            }
        });
        (mean, deviation)
    }

    /// The same, as numbers where it asks for those of the training images (rounded to four digits, so that a run's
    /// settings say all of it).
    pub fn settled(self, training: &Images) -> Self {
        if self != Self::Data || training.is_empty() {
            return self;
        }
        let area = (training.height * training.width) as usize;
        let (mut sums, mut squares) = ([0.0f64; 3], [0.0f64; 3]);
        for (at, plane) in training.pixels.chunks_exact(area).enumerate() {
            let channel = at % training.channels as usize;
            if let (Some(sum), Some(square)) = (sums.get_mut(channel), squares.get_mut(channel)) {
                let values = plane.iter().map(|byte| f64::from(*byte) / 255.0);
                *sum += values.clone().sum::<f64>();
                *square += values.map(|value| value * value).sum::<f64>();
            }
        }
        let pixels = (training.len() * area) as f64;
        let rounded = |value: f64| ((value * 1e4).round() / 1e4) as f32;
        let last = training.channels.clamp(1, 3) as usize - 1;
        let of = |at: usize| at.min(last);
        let mean = std::array::from_fn(|at| rounded(sums[of(at)] / pixels));
        let deviation = std::array::from_fn(|at| {
            let mean = sums[of(at)] / pixels;
            let deviation = (squares[of(at)] / pixels - mean * mean).max(0.0).sqrt();
            // A channel of one value stays what it is, less its mean.
            if deviation < 1e-3 {
                1.0
            } else {
                rounded(deviation)
            }
        });
        Self::Values { mean, deviation }
    }
}

impl fmt::Display for Normalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMED.iter().find(|(_, named)| named == self) {
            return f.write_str(name);
        }
        let texts = self.colours().map(|values| {
            let all = match values.iter().all(|value| *value == values[0]) {
                true => &values[..1],
                false => &values[..],
            };
            let texts: Vec<String> = all.iter().map(f32::to_string).collect();
            texts.join(",")
        });
        f.write_str(&texts.join("/"))
    }
}

/// A text is no normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected imagenet, cifar10, half, data, or means and deviations of pixels from 0 to 1, such as 0.49,0.48,0.45/0.25,0.24,0.26"
)]
pub struct NoNormalization;

impl FromStr for Normalization {
    type Err = NoNormalization;

    fn from_str(text: &str) -> Result<Self, NoNormalization> {
        if let Some((_, named)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(*named);
        }
        let (means, deviations) = text.split_once('/').ok_or(NoNormalization)?;
        let mean = colours(means).ok_or(NoNormalization)?;
        let deviation = colours(deviations).ok_or(NoNormalization)?;
        let is_mean = |value: &f32| (-10.0..=10.0).contains(value);
        let is_deviation = |value: &f32| (1e-3..=1e3).contains(value);
        match mean.iter().all(is_mean) && deviation.iter().all(is_deviation) {
            true => Ok(Self::Values { mean, deviation }),
            false => Err(NoNormalization),
        }
    }
}

/// One number for all colours, or three.
fn colours(text: &str) -> Option<[f32; 3]> {
    let values: Result<Vec<f32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    match values.ok()?[..] {
        [all] => Some([all; 3]),
        [red, green, blue] => Some([red, green, blue]),
        _ => None,
    }
}

impl Serialize for Normalization {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Normalization {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
