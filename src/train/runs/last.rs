//! What a run reported last, read from the end of its metrics: the file may have a million lines.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::platform::fs;
use crate::train::metric::Metric;

/// Bytes that are read first; as many again, and again, until an evaluation is among them.
const FIRST: u64 = 16 << 10;

/// Bytes that are read at most: some hundred thousand steps without an evaluation.
const MOST: u64 = 16 << 20;

/// The last step and the last evaluation of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Last {
    pub step: Option<Metric>,
    pub eval: Option<Metric>,
}

/// Reads them. A last line that is half-written is passed over.
pub(super) fn last(metrics: &Path) -> io::Result<Last> {
    let (length, mut file) = match fs::open(metrics) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Last::default()),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    let mut wanted = FIRST;
    loop {
        let from = length.saturating_sub(wanted);
        bytes.clear();
        file.seek(SeekFrom::Start(from))?;
        (&mut file).take(length - from).read_to_end(&mut bytes)?;
        let last = last_in(&bytes);
        if last.eval.is_some() || from == 0 || wanted >= MOST {
            return Ok(last);
        }
        wanted *= 4;
    }
}

fn last_in(bytes: &[u8]) -> Last {
    let mut last = Last::default();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n');
    let lines = bytes[..whole.unwrap_or_default()].rsplit(|byte| *byte == b'\n');
    // The first line may be cut: then it does not read.
    for line in lines {
        match serde_json::from_slice(line) {
            Ok(step @ Metric::Step { .. }) => last.step = last.step.or(Some(step)),
            Ok(eval @ Metric::Eval { .. }) => last.eval = last.eval.or(Some(eval)),
            Err(_) => {}
        }
        if last.eval.is_some() && last.step.is_some() {
            break;
        }
    }
    last
}
