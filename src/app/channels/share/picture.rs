//! Layers against steps as one texture.

use egui::{Color32, ColorImage, Rect, TextureHandle, Ui, pos2};

use crate::app::channels::norm_history::NormHistory;
use crate::app::pane_picture::textures;
use crate::app::theme;

/// The texture, and what it was made of.
#[derive(Clone, Default)]
pub struct Picture(Option<(u64, [usize; 2], TextureHandle)>);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Picture").finish_non_exhaustive()
    }
}

impl Picture {
    /// Paints it over `rect`, from the first to the last step.
    pub fn paint(&mut self, ui: &Ui, history: &NormHistory, rect: Rect) {
        let side = ui.ctx().input(|input| input.max_texture_side).min(2048);
        let pixels = rect.size() * ui.ctx().pixels_per_point();
        let width = (pixels.x.round() as usize).clamp(1, side);
        // A row of pixels a layer, or fewer where several layers share one.
        let height = history.layers().len().min(pixels.y.round() as usize);
        let size = [width, height.clamp(1, side)];
        let revision = history.revision();
        let fresh = matches!(&self.0, Some((of, at, _)) if *of == revision && *at == size);
        if !fresh {
            let image = picture(history, size);
            match &mut self.0 {
                Some((of, at, texture)) => {
                    textures::set(ui.ctx(), texture, image);
                    (*of, *at) = (revision, size);
                }
                None => {
                    let name = "share of every layer";
                    let texture = textures::load(ui.ctx(), name, image);
                    self.0 = Some((revision, size, texture));
                }
            }
        }
        if let Some((_, _, texture)) = &self.0 {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter()
                .image(texture.id(), rect, whole, Color32::WHITE);
        }
    }
}

/// Columns of equal steps, each the snapshot at or before it; dark where channels are off.
fn picture(history: &NormHistory, [width, height]: [usize; 2]) -> ColorImage {
    let mut image = ColorImage::filled([width, height], Color32::TRANSPARENT);
    let (Some(first), Some(last)) = (history.snapshots().first(), history.last()) else {
        return image;
    };
    let layers = history.layers().len();
    let extent = (last.step - first.step) as f64;
    let (mut drawn, mut column) = (None, vec![Color32::TRANSPARENT; height]);
    for x in 0..width {
        let step = first.step as f64 + extent * (x as f64 + 0.5) / width as f64;
        let place = history.place_at(step as u64).unwrap_or(0);
        if drawn != Some(place) {
            drawn = Some(place);
            let snapshot = &history.snapshots()[place];
            for (y, pixel) in column.iter_mut().enumerate() {
                let rows =
                    y * layers / height..((y + 1) * layers / height).max(y * layers / height + 1);
                let count = rows.len() as f64;
                let shares = rows.map(|layer| history.layer_share(snapshot, layer));
                *pixel = theme::heat(1.0 - (shares.sum::<f64>() / count) as f32);
            }
        }
        for (y, pixel) in column.iter().enumerate() {
            image.pixels[y * width + x] = *pixel;
        }
    }
    image
}
