//! What a tile of a convolution's destination reads: which rows and columns of the source, how each
//! comes into registers, and which of them each tap of each pixel takes.

use super::tiling::{Method, Tiling};
use super::{Blocked, Direction, Pass};
use crate::kernels::batch_norm::SIGNS_PER_WORD;

/// Whether a row or column of the source that a tile reads lies within the images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In every tile.
    Inside,
    /// In some.
    Sometimes,
    /// In none: it is zero.
    Outside,
}

/// A row or a column that a tile reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub index: usize,
    /// From where the tile begins in the source.
    pub offset: i32,
    pub place: Place,
    /// If a neighbour's registers hold it.
    pub from: Option<Neighbour>,
}

/// A line that the registers of another lane hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neighbour {
    /// The other lane's line.
    pub line: usize,
    /// How many lanes further the other is; negative if it is before.
    pub lanes: i32,
}

/// What comes into registers at once: neighbouring lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// From where the tile begins in the source to the first of them.
    pub offset: i32,
    pub place: Place,
    /// By place in the load: the line, if the tile reads it.
    pub lines: Vec<Option<usize>>,
}

/// One dimension of a tile.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub lines: Vec<Line>,
    /// Of the lines that lie within the images and are not taken from a neighbour.
    pub loads: Vec<Load>,
    /// By pixel of the tile and tap: the line it reads, if it reads one that is not always zero.
    pub taps: Vec<Vec<Option<usize>>>,
    /// The tile at `x` begins at `x · multiply / divide − subtract` in the source.
    pub multiply: u32,
    pub divide: u32,
    pub subtract: u32,
    /// Whether the last tile hangs over the end.
    pub partial: bool,
    /// Tiles of an image.
    pub tiles: u32,
}

impl Axis {
    /// For tiles of `length` pixels of a destination in one dimension; in the gradient of the input,
    /// `length` is a multiple of the stride, so that which taps hit does not depend on the tile.
    pub fn new(pass: &Pass, length: u32, source: u32, destination: u32) -> Self {
        let shape = &pass.shape;
        let [kernel, stride, padding] =
            [shape.kernel, shape.stride, shape.padding].map(|value| value as i32);
        // From where the tile begins to what a tap reads.
        let offset = |pixel: i32, tap: i32| match pass.direction {
            Direction::Forward => Some(pixel * stride + tap),
            // Taps run backwards, as they lie in packed weights.
            Direction::Backward => {
                let moved = pixel + padding - (kernel - 1 - tap);
                (moved.rem_euclid(stride) == 0).then(|| moved.div_euclid(stride))
            }
        };
        let (multiply, divide, subtract) = match pass.direction {
            Direction::Forward => (shape.stride, 1, shape.padding),
            Direction::Backward => (1, shape.stride, 0),
        };
        let tiles = destination.div_ceil(length);
        let begins = |tile: u32| (tile * length * multiply / divide) as i32 - subtract as i32;
        let place = |offset: i32| {
            let inside = (0..tiles)
                .filter(|tile| (0..source as i32).contains(&(begins(*tile) + offset)))
                .count();
            match inside {
                0 => Place::Outside,
                inside if inside == tiles as usize => Place::Inside,
                _ => Place::Sometimes,
            }
        };
        let mut offsets: Vec<i32> = (0..length as i32)
            .flat_map(|pixel| (0..kernel).filter_map(move |tap| offset(pixel, tap)))
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        let lines: Vec<_> = offsets
            .iter()
            .enumerate()
            .map(|(index, offset)| Line {
                index,
                offset: *offset,
                place: place(*offset),
                from: None,
            })
            .collect();
        let line_of = |pixel, tap| {
            let line = offsets.binary_search(&offset(pixel, tap)?).ok()?;
            (lines[line].place != Place::Outside).then_some(line)
        };
        let taps = (0..length as i32)
            .map(|pixel| (0..kernel).map(|tap| line_of(pixel, tap)).collect())
            .collect();
        Self {
            taps,
            lines,
            loads: Vec::new(),
            multiply,
            divide,
            subtract,
            partial: !destination.is_multiple_of(length),
            tiles,
        }
    }

    /// Whether tiles begin at an even place of the source, but for the padding.
    fn begins_evenly(&self, length: u32) -> bool {
        (length * self.multiply).is_multiple_of(2 * self.divide)
    }

    /// Puts lines into loads of `width`, which begin at multiples of it in the source.
    fn load(&mut self, width: usize) {
        for line in &self.lines {
            if line.place == Place::Outside || line.from.is_some() {
                continue;
            }
            let at = line.offset - self.subtract as i32;
            let within = at.rem_euclid(width as i32);
            let offset = line.offset - within;
            // All lines of a load lie within the images, or none.
            if self.loads.last().is_none_or(|load| load.offset != offset) {
                self.loads.push(Load {
                    offset,
                    place: line.place,
                    lines: vec![None; width],
                });
            }
            let load = self.loads.last_mut().expect("there is one");
            load.lines[within as usize] = Some(line.index);
        }
    }

    /// For a tile of one pixel whose taps follow each other in a loop: the line is the loop's.
    fn rolled(self, kernel: u32) -> Self {
        let line = Line {
            index: 0,
            offset: 0,
            place: Place::Inside,
            from: None,
        };
        Self {
            lines: vec![line],
            taps: vec![vec![Some(0); kernel as usize]],
            ..self
        }
    }

    /// Takes lines of neighbouring tiles, which are `distance` lanes away, from their registers. Only
    /// where a step in the destination is one in the source and no tile hangs over the end.
    fn share(&mut self, length: u32, distance: i32) {
        let own_begin = self.subtract as i32;
        let position = |lines: &[Line], offset| lines.iter().position(|line| line.offset == offset);
        for at in 0..self.lines.len() {
            let from_own = self.lines[at].offset - own_begin;
            let neighbour = from_own.div_euclid(length as i32);
            if neighbour.abs() != 1 {
                continue;
            }
            let theirs = self.lines[at].offset - neighbour * length as i32;
            if let Some(line) = position(&self.lines, theirs) {
                self.lines[at].from = Some(Neighbour {
                    line,
                    lanes: neighbour * distance,
                });
            }
        }
    }
}

/// A pixel of the tile, and what one tap reads for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub row: usize,
    pub column: usize,
    pub source_row: usize,
    pub source_column: usize,
}

/// A tap, and the pixels that it adds to.
#[derive(Clone, Debug)]
pub(super) struct Tap {
    /// ky · K + kx; of taps in a loop over ky, kx.
    pub tap: u32,
    pub pixels: Vec<Use>,
}

/// Rows and columns of a tile.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    pub rows: Axis,
    pub columns: Axis,
    pub uses: Vec<Tap>,
    /// Whether the kept signs of a row of the tile lie in one word.
    pub signs_of_a_row_share_a_word: bool,
}

impl Patch {
    pub fn new(pass: &Pass, tiling: &Tiling) -> Self {
        let (source, destination) = (pass.source(), pass.destination());
        let mut rows = Axis::new(pass, tiling.rows, source.height, destination.height);
        let mut columns = Axis::new(pass, tiling.columns, source.width, destination.width);
        let size = |images: Blocked| (images.height, images.width);
        let in_step = pass.shape.stride == 1 && size(source) == size(destination);
        // A neighbour's line is in reach if all tiles of a row, or of an image, are lanes of one subgroup.
        let in_reach = |tiles: u32| tiling.lanes > 0 && tiling.lanes.is_multiple_of(tiles);
        if in_step && !columns.partial && in_reach(columns.tiles) {
            columns.share(tiling.columns, 1);
        }
        if in_step && !rows.partial && in_reach(columns.tiles * rows.tiles) {
            rows.share(tiling.rows, columns.tiles as i32);
        }
        let kernel = pass.shape.kernel;
        let loops_over_columns = tiling.method == Method::ColumnByColumn;
        if loops_over_columns {
            columns = columns.rolled(kernel);
        }
        let pairs = source.pairs && !loops_over_columns && columns.begins_evenly(tiling.columns);
        columns.load(if pairs { 2 } else { 1 });
        let loops_over_rows = tiling.method == Method::RowByRow;
        if loops_over_rows {
            rows = rows.rolled(kernel);
        }
        let mut uses = uses(&rows, &columns, kernel);
        uses.retain(|tap| !loops_over_rows || tap.tap < kernel);
        uses.retain(|tap| !loops_over_columns || tap.tap.is_multiple_of(kernel));
        let signs_of_a_row_share_a_word = SIGNS_PER_WORD.is_multiple_of(tiling.columns)
            && destination.width.is_multiple_of(tiling.columns);
        Self {
            rows,
            columns,
            uses,
            signs_of_a_row_share_a_word,
        }
    }

    /// Pixels that are loaded at once.
    pub fn pixels_a_load(&self) -> u32 {
        let loads = self.columns.loads.first();
        loads.map_or(1, |load| load.lines.len() as u32)
    }
}

fn uses(rows: &Axis, columns: &Axis, kernel: u32) -> Vec<Tap> {
    let pixels = |ky: usize, kx: usize| {
        let mut pixels = Vec::new();
        for (row, row_taps) in rows.taps.iter().enumerate() {
            for (column, column_taps) in columns.taps.iter().enumerate() {
                if let (Some(source_row), Some(source_column)) = (row_taps[ky], column_taps[kx]) {
                    pixels.push(Use {
                        row,
                        column,
                        source_row,
                        source_column,
                    });
                }
            }
        }
        pixels
    };
    (0..kernel * kernel)
        .map(|tap| Tap {
            tap,
            pixels: pixels((tap / kernel) as usize, (tap % kernel) as usize),
        })
        .filter(|tap| !tap.pixels.is_empty())
        .collect()
}
