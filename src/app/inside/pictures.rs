//! Images and feature maps as textures.

use egui::{Color32, ColorImage, Context, Rect, TextureHandle, pos2, vec2};

use crate::app::pane_picture::textures;
use crate::app::theme::viridis;
use crate::data::Images;
use crate::study::probe::FeatureMaps;

/// Pixels of a side of a small picture, at most; larger ones leave pixels out.
const SMALL_SIDE: usize = 96;
/// Pixels of a side of a large picture, at most.
const LARGE_SIDE: usize = 512;

/// Pictures of one size side by side in one texture, in rows of the same number.
pub struct Atlas {
    texture: TextureHandle,
    columns: usize,
    rows: usize,
}

impl Atlas {
    /// Pictures of test images, in this order; empty where there is none.
    pub fn of_images(context: &Context, images: &Images, shown: &[u32]) -> Option<Self> {
        let (height, width) = (images.height as usize, images.width as usize);
        let pixel = |picture: usize, row: usize, column: usize| {
            image_pixel(images, shown[picture] as usize, row, column)
        };
        Self::new(context, shown.len(), [height, width], SMALL_SIDE, pixel)
    }

    /// One test image, large.
    pub fn of_image(context: &Context, images: &Images, image: u32) -> Option<Self> {
        let (height, width) = (images.height as usize, images.width as usize);
        let pixel =
            |_: usize, row: usize, column: usize| image_pixel(images, image as usize, row, column);
        Self::new(context, 1, [height, width], LARGE_SIDE, pixel)
    }

    /// The maps of some channels; `scale` gives the values that the least and the greatest colour stand
    /// for, channel by channel.
    pub fn of_maps(
        context: &Context,
        maps: &FeatureMaps,
        channels: std::ops::Range<usize>,
        scale: impl Fn(usize) -> (f32, f32),
    ) -> Option<Self> {
        let (height, width) = (maps.shape.height as usize, maps.shape.width as usize);
        let side = if channels.len() == 1 {
            LARGE_SIDE
        } else {
            SMALL_SIDE
        };
        let pixel = |picture: usize, row: usize, column: usize| {
            let channel = channels.start + picture;
            let (low, high) = scale(channel);
            let value = maps.values[(channel * height + row) * width + column];
            let extent = high - low;
            viridis(if extent > 0.0 || value.is_nan() {
                (value - low) / extent
            } else {
                0.0
            })
        };
        Self::new(context, channels.len(), [height, width], side, pixel)
    }

    fn new(
        context: &Context,
        pictures: usize,
        [height, width]: [usize; 2],
        largest_side: usize,
        pixel: impl Fn(usize, usize, usize) -> Color32,
    ) -> Option<Self> {
        if pictures == 0 || height == 0 || width == 0 {
            return None;
        }
        let columns = (pictures as f64).sqrt().ceil() as usize;
        let rows = pictures.div_ceil(columns);
        let room = context.input(|input| input.max_texture_side) / columns.max(rows);
        let largest_side = largest_side.min(room).max(1);
        let tile = [height, width].map(|side| side.min(largest_side));
        let size = [columns * tile[1], rows * tile[0]];
        let mut picture = ColorImage::filled(size, Color32::TRANSPARENT);
        for place in 0..pictures {
            let (top, left) = (place / columns * tile[0], place % columns * tile[1]);
            for row in 0..tile[0] {
                for column in 0..tile[1] {
                    let from = (row * height / tile[0], column * width / tile[1]);
                    picture[(left + column, top + row)] = pixel(place, from.0, from.1);
                }
            }
        }
        Some(Self {
            texture: textures::load(context, "pictures", picture),
            columns,
            rows,
        })
    }

    /// Draws one of the pictures.
    pub fn paint(&self, painter: &egui::Painter, place: usize, rect: Rect) {
        let tile = vec2(1.0 / self.columns as f32, 1.0 / self.rows as f32);
        let (column, row) = (place % self.columns, place / self.columns);
        let corner = pos2(column as f32 * tile.x, row as f32 * tile.y);
        let part = Rect::from_min_size(corner, tile);
        painter.image(self.texture.id(), rect, part, Color32::WHITE);
    }
}

fn image_pixel(images: &Images, image: usize, row: usize, column: usize) -> Color32 {
    let plane = images.height as usize * images.width as usize;
    let place = row * images.width as usize + column;
    let pixels = images.image(image);
    match images.channels {
        3 => Color32::from_rgb(
            pixels[place],
            pixels[plane + place],
            pixels[2 * plane + place],
        ),
        _ => Color32::from_gray(pixels[place]),
    }
}
