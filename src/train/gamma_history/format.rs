//! What the file holds: a line of JSON that names the layers, then records of one size, so that a program in
//! any language reads it in a few lines and a record that is cut short is seen by its length alone.
//!
//! A record, all of it little-endian: steps finished (u64), epochs (f64), seconds of training (f64), γ and
//! then β of every channel (f32 each), and the CRC-32 of all that (u32), by which a record is known that a
//! crash left half on the disk.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{GammaLayer, GammaSnapshot};
use crate::study::gamma::Norms;

/// What the header says of itself.
const KIND: &str = "gamma-history";
/// The one version there is.
const VERSION: u32 = 1;
/// Bytes of the header line at most; a layer takes some 40.
pub(super) const LONGEST_HEADER: usize = 1 << 20;
/// Channels of all layers together at most.
const MOST_CHANNELS: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    layers: Vec<Layer>,
}

#[derive(Serialize, Deserialize)]
struct Layer {
    name: String,
    channels: usize,
}

/// The header line, with its line feed.
pub(super) fn header(layers: &[GammaLayer]) -> serde_json::Result<Vec<u8>> {
    let layers = layers.iter().map(|layer| Layer {
        name: layer.name.clone(),
        channels: layer.channels,
    });
    let mut line = serde_json::to_vec(&Header {
        kind: KIND.to_owned(),
        version: VERSION,
        layers: layers.collect(),
    })?;
    line.push(b'\n');
    Ok(line)
}

/// The layers that a header line names, or what is wrong with it.
pub(super) fn layers(line: &[u8]) -> Result<Vec<GammaLayer>, String> {
    let header: Header = serde_json::from_slice(line)
        .map_err(|_| "it does not begin with the line that names the layers".to_owned())?;
    if header.kind != KIND {
        return Err(format!(
            "its first line says that it is a {:?}, expected {KIND:?}",
            header.kind.chars().take(40).collect::<String>()
        ));
    }
    if header.version != VERSION {
        return Err(format!(
            "it has version {}, and this program reads version {VERSION}; a newer version of the program reads it",
            header.version
        ));
    }
    let channels = header.layers.iter().try_fold(0_usize, |sum, layer| {
        sum.checked_add(layer.channels)
            .filter(|sum| *sum <= MOST_CHANNELS)
    });
    if channels.is_none() {
        return Err(format!(
            "its layers have more than {MOST_CHANNELS} channels together"
        ));
    }
    let layers = header.layers.into_iter().map(|layer| GammaLayer {
        name: layer.name,
        channels: layer.channels,
    });
    Ok(layers.collect())
}

/// Bytes of step, epoch and seconds.
const FRONT: usize = 24;
/// Bytes of the check.
const CHECK: usize = 4;

/// Bytes of a record of so many channels.
pub(super) fn record_bytes(channels: usize) -> usize {
    FRONT + 8 * channels + CHECK
}

/// Puts a record into `out`, which is emptied first.
pub(super) fn write_record(out: &mut Vec<u8>, step: u64, epoch: f64, seconds: f64, norms: &Norms) {
    out.clear();
    out.extend_from_slice(&step.to_le_bytes());
    out.extend_from_slice(&epoch.to_le_bytes());
    out.extend_from_slice(&seconds.to_le_bytes());
    for value in norms.gamma.iter().chain(&norms.beta) {
        out.extend_from_slice(&value.to_le_bytes());
    }
    let check = crc32fast::hash(out);
    out.extend_from_slice(&check.to_le_bytes());
}

/// Reads a record of the right length; `None` if it is none that was written whole.
pub(super) fn read_record(record: &[u8]) -> Option<GammaSnapshot> {
    let (content, check) = record.split_last_chunk::<CHECK>()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*check) {
        return None;
    }
    let (step, rest) = content.split_first_chunk::<8>()?;
    let (epoch, rest) = rest.split_first_chunk::<8>()?;
    let (seconds, values) = rest.split_first_chunk::<8>()?;
    let (epoch, seconds) = (f64::from_le_bytes(*epoch), f64::from_le_bytes(*seconds));
    let (gamma, beta) = values.split_at(values.len() / 2);
    let numbers = |bytes: &[u8]| -> Vec<f32> {
        let (numbers, _) = bytes.as_chunks::<4>();
        numbers.iter().map(|b| f32::from_le_bytes(*b)).collect()
    };
    let norms = Norms {
        gamma: numbers(gamma),
        beta: numbers(beta),
    };
    let is_sound = epoch.is_finite() && seconds.is_finite() && is_finite(&norms);
    is_sound.then(|| GammaSnapshot {
        step: u64::from_le_bytes(*step),
        epoch,
        seconds,
        norms: Arc::new(norms),
    })
}

/// Whether all values are numbers.
pub(super) fn is_finite(norms: &Norms) -> bool {
    norms.gamma.iter().chain(&norms.beta).all(|v| v.is_finite())
}
