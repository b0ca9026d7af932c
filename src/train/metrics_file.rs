//! Reading `metrics.jsonl`: line by line, however long it is, or a glance at it.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde::Deserialize;

use crate::train::metric::Metric;

/// Bytes of a line; those that a run writes have some 150.
pub const LONGEST_LINE: usize = 4096;

/// Places that a glance looks at: more than a curve has pixels would show no more.
const PLACES: u64 = 1500;

/// Bytes that a glance reads at its end, where the newest lines are.
const LAST_BYTES: u64 = 16 << 10;

/// An [`Metric`] as it stands in a file. Reading a tagged enum takes three times as long.
#[derive(Deserialize)]
struct Line {
    kind: Kind,
    step: u64,
    epoch: f64,
    loss: f64,
    accuracy: f64,
    lr: Option<f64>,
    #[serde(rename = "gamma_below_0.01")]
    gamma_below_001: Option<f64>,
    seconds: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Step,
    Eval,
}

impl Line {
    fn metric(self) -> Option<Metric> {
        let Self {
            step,
            epoch,
            loss,
            accuracy,
            ..
        } = self;
        Some(match self.kind {
            Kind::Step => Metric::Step {
                step,
                epoch,
                loss,
                accuracy,
                lr: self.lr?,
                seconds: self.seconds.unwrap_or_default(),
            },
            Kind::Eval => Metric::Eval {
                step,
                epoch,
                loss,
                accuracy,
                gamma_below_001: self.gamma_below_001?,
                seconds: self.seconds?,
            },
        })
    }
}

/// The metric that a whole line is, its line feed included; `None` if it is none.
pub fn metric_of(line: &[u8]) -> Option<Metric> {
    let is_whole = line.ends_with(b"\n");
    let line: Line = is_whole.then(|| serde_json::from_slice(line).ok())??;
    line.metric()
}

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum FoundLine {
    /// A metric.
    Metric(Metric),
    /// Something else, which begins with this.
    Odd(String),
}

/// Lines one after the other. A last line that is still being written, or was when its process was killed, is
/// left out.
pub struct MetricsReader<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    bytes: u64,
}

impl<R: Read> MetricsReader<R> {
    /// Of a file, from where it is.
    pub fn new(file: R) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 18, file),
            line: Vec::new(),
            bytes: 0,
        }
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line, without a line feed; `None` at the end.
    ///
    /// # Errors
    /// What the system says.
    pub fn next_line(&mut self) -> io::Result<Option<FoundLine>> {
        self.line.clear();
        let read = (&mut self.reader)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut self.line)?;
        self.bytes += read as u64;
        let is_whole = self.line.ends_with(b"\n");
        if !is_whole && read < LONGEST_LINE {
            return Ok(None);
        }
        if let Some(metric) = metric_of(&self.line) {
            return Ok(Some(FoundLine::Metric(metric)));
        }
        let begins = beginning(&self.line);
        if !is_whole {
            self.skip_line()?;
        }
        Ok(Some(FoundLine::Odd(begins)))
    }

    /// Passes over what is left of a line that is too long.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let passed = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(passed);
            self.bytes += passed as u64;
            if end.is_some() || passed == 0 {
                return Ok(());
            }
        }
    }
}

/// What a line begins with, fit to stand in a sentence.
fn beginning(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(60)]);
    text.trim_end()
        .chars()
        .flat_map(char::escape_debug)
        .collect()
}

/// Metrics from places all over a file of so many bytes, in their order, and the newest: what a curve of it looks
/// like, in a time that does not grow with the file.
///
/// # Errors
/// What the system says.
pub fn glance(file: &mut (impl Read + Seek), bytes: u64) -> io::Result<Vec<Metric>> {
    let mut metrics = Vec::new();
    let mut piece = Vec::new();
    let mut end = 0;
    for place in 0..PLACES {
        let start = (u128::from(bytes) * u128::from(place) / u128::from(PLACES)) as u64;
        if start < end {
            continue;
        }
        // Long enough for a line and the rest of the one before it.
        read_piece(file, start, 512, &mut piece)?;
        metrics.extend(whole_lines(&piece, start > 0).next());
        end = start + piece.len() as u64;
    }
    let start = bytes.saturating_sub(LAST_BYTES);
    read_piece(file, start, LAST_BYTES, &mut piece)?;
    metrics.extend(whole_lines(&piece, start > 0));
    Ok(metrics)
}

fn read_piece(
    file: &mut (impl Read + Seek),
    start: u64,
    bytes: u64,
    piece: &mut Vec<u8>,
) -> io::Result<()> {
    piece.clear();
    file.seek(SeekFrom::Start(start))?;
    file.take(bytes).read_to_end(piece)?;
    Ok(())
}

/// The metrics in a piece of a file, which may begin within a line.
fn whole_lines(piece: &[u8], is_within: bool) -> impl Iterator<Item = Metric> {
    let lines = piece.split_inclusive(|byte| *byte == b'\n');
    lines.skip(usize::from(is_within)).filter_map(metric_of)
}
