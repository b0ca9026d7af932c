//! Where a channel's cell lies, and which cell lies at a point.

use egui::{Pos2, Rect, Vec2, pos2};

use crate::app::channels::Layers;

/// Rows no lower than this have room for a label each, in points.
pub const READABLE_ROW: f32 = 13.0;
/// Rows that a finger hits, in points.
pub const TOUCH_ROW: f32 = 24.0;
/// Rows are no lower, in points.
pub const LOWEST_ROW: f32 = 1.0;
/// Points from a layer's last cell within which a finger means that cell.
const MISSED_BY: f32 = 24.0;
/// Cells no narrower than this are told apart, in points.
const NARROWEST_CELL: f32 = 1.5;
/// Cells and rows grow to fill the room, up to this, in points.
const LARGEST_ROW: f32 = 40.0;
const WIDEST_CELL: f32 = 40.0;

/// How cells are laid out, in points from the map's top left corner; labels lie left of the cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Width of the labels.
    pub label_width: f32,
    /// Height of a row.
    pub row_height: f32,
    /// Width that cells may take.
    pub cells_width: f32,
    /// Width of a cell; of the widest layer's where each layer fills the width.
    pub cell_width: f32,
    /// Whether each layer fills the width.
    pub filled: bool,
    /// How many rows there are.
    pub rows: usize,
}

impl Geometry {
    /// Fits a network into a room, with rows no lower than `lowest`.
    pub fn fit(layers: &Layers, label_width: f32, room: Vec2, filled: bool, lowest: f32) -> Self {
        // Rounding must not make it larger than the room, which would bring a scroll bar.
        let room = room - Vec2::splat(0.5);
        let rows = layers.len();
        let row_height = (room.y / rows as f32).clamp(lowest, LARGEST_ROW);
        let widest = layers.widest() as f32;
        let cells_width = (room.x - label_width).max(widest * NARROWEST_CELL);
        let cell_width = (cells_width / widest).min(if filled { f32::MAX } else { WIDEST_CELL });
        Self {
            label_width,
            row_height,
            cells_width,
            cell_width,
            filled,
            rows,
        }
    }

    /// The whole map's size.
    pub fn size(&self, layers: &Layers) -> Vec2 {
        let cells = layers.widest() as f32 * self.cell_width;
        Vec2::new(
            self.label_width + cells,
            self.row_height * layers.len() as f32,
        )
    }

    /// Width of a cell in a layer of so many channels.
    pub fn width_among(&self, channels: usize) -> f32 {
        if self.filled {
            self.cells_width / channels as f32
        } else {
            self.cell_width
        }
    }

    /// The cell at the `place`-th place from the left in a layer of so many channels.
    pub fn cell(&self, layer: usize, place: usize, channels: usize) -> Rect {
        let width = self.width_among(channels);
        let left = self.label_width + place as f32 * width;
        let top = layer as f32 * self.row_height;
        Rect::from_min_max(pos2(left, top), pos2(left + width, top + self.row_height))
    }

    /// All cells of a layer.
    pub fn row(&self, layer: usize, channels: usize) -> Rect {
        self.cell(layer, 0, channels)
            .union(self.cell(layer, channels.saturating_sub(1), channels))
    }

    /// Rows of which something lies between two heights.
    pub fn rows_between(&self, top: f32, bottom: f32) -> std::ops::Range<usize> {
        let first = (top / self.row_height).floor().max(0.0) as usize;
        let end = (bottom / self.row_height).ceil().max(0.0) as usize;
        first.min(self.rows)..end.min(self.rows)
    }

    /// The point within the nearest cell, where one is near enough for a finger to have meant it.
    pub fn nearest(&self, layers: &Layers, point: Pos2) -> Pos2 {
        let last = self.row_height * self.rows as f32 - 0.5;
        let y = point.y.clamp(0.0, last.max(0.0));
        let layer = ((y / self.row_height) as usize).min(self.rows.saturating_sub(1));
        let row = self.row(layer, layers.range(layer).len());
        let missed_by = point.x - row.right();
        let x = match (0.0..MISSED_BY).contains(&missed_by) {
            true => row.right() - 0.5 * self.width_among(layers.range(layer).len()),
            false => point.x,
        };
        pos2(x, y)
    }

    /// What lies at a point: the layer, and which place in it, or its label. Labels stand at
    /// `scrolled` from the left, wherever the cells are.
    pub fn at(
        &self,
        layers: &Layers,
        point: Pos2,
        scrolled: f32,
    ) -> Option<(usize, Option<usize>)> {
        let layer = (point.y / self.row_height).floor();
        if !(0.0..self.rows as f32).contains(&layer) {
            return None;
        }
        let layer = layer as usize;
        if point.x < scrolled + self.label_width {
            return Some((layer, None));
        }
        let channels = layers.range(layer).len();
        let place = ((point.x - self.label_width) / self.width_among(channels)).floor() as usize;
        (place < channels).then_some((layer, Some(place)))
    }
}
