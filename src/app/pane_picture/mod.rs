//! A pane as a picture, to be taken away: as it is on the screen, but whole.
//!
//! The view draws itself once more where nobody sees it, into a room that holds all of it. What it
//! painted there becomes lines and text (`svg`) or two pixels a point (`pixels`); neither asks a
//! GPU, so that a page can do it too. [`textures`] keeps what images are made of.

mod pixels;
mod svg;
pub mod textures;

use std::collections::HashMap;
use std::sync::Arc;

use egui::emath::TSTransform;
use egui::epaint::ClippedShape;
use egui::epaint::text::{FontDefinitions, TextOptions};
use egui::{
    Color32, ColorImage, Context, Id, LayerId, Order, Rect, Shape, TextureId, Ui, UiBuilder, Vec2,
    pos2, vec2,
};

/// Points of ground around the pane.
const MARGIN: f32 = 12.0;

/// Where the pane is drawn: no pointer comes here.
const ELSEWHERE: f32 = 20_000.0;

/// What a pane painted.
#[derive(Clone)]
pub struct PanePicture {
    size: Vec2,
    ground: Color32,
    shapes: Vec<ClippedShape>,
    fonts: FontDefinitions,
    text_options: TextOptions,
    textures: HashMap<TextureId, Arc<ColorImage>>,
}

impl PanePicture {
    /// Draws a pane into a room of this size, and takes what it painted. What it leaves empty below is
    /// cut off. Some of what is drawn knows its place only in the second or third frame: only the
    /// picture of a later one is good.
    pub fn draw(ctx: &Context, room: Vec2, draw: impl FnOnce(&mut Ui)) -> Self {
        let layer = LayerId::new(Order::Background, Id::unique("a pane as a picture"));
        let corner = pos2(ELSEWHERE, 0.0);
        let whole = Rect::from_min_size(corner, room + Vec2::splat(2.0 * MARGIN));
        let builder = UiBuilder::new()
            .layer_id(layer)
            .max_rect(whole.shrink(MARGIN));
        let mut ui = Ui::new(ctx.clone(), layer.id, builder);
        ui.set_clip_rect(whole);
        draw(&mut ui);
        let ground = ui.visuals().panel_fill;
        ctx.transform_layer_shapes(layer, TSTransform::from_translation(-corner.to_vec2()));
        let painted = ctx.graphics_mut(|graphics| std::mem::take(graphics.entry(layer)));
        let shapes: Vec<_> = painted.all_entries().cloned().collect();
        let lowest = shapes.iter().filter_map(bottom).fold(0.0, f32::max);
        let height = (lowest + MARGIN).clamp(64.0, whole.height());
        let fonts = ctx.fonts(|fonts| {
            let mut definitions = fonts.definitions().clone();
            add_found(&mut definitions, fonts.discovered_fonts());
            (definitions, *fonts.options())
        });
        Self {
            size: vec2(whole.width().ceil(), height.ceil()),
            ground,
            shapes,
            fonts: fonts.0,
            text_options: fonts.1,
            textures: textures::all(ctx),
        }
    }

    /// Its size in points.
    pub fn size(&self) -> Vec2 {
        self.size
    }

    /// As lines and text.
    pub fn svg(&self) -> String {
        svg::write(self)
    }

    /// As pixels, two a point.
    ///
    /// # Errors
    /// A sentence, if it cannot be packed.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        pixels::png(self)
    }
}

/// How far down something reaches that can be seen.
fn bottom(clipped: &ClippedShape) -> Option<f32> {
    let rect = clipped.shape.visual_bounding_rect();
    let seen = rect.intersect(clipped.clip_rect);
    let is_seen = !matches!(clipped.shape, Shape::Noop) && seen.is_positive();
    is_seen.then_some(seen.bottom())
}

/// The fonts that were looked up for letters of other scripts.
fn add_found(definitions: &mut FontDefinitions, found: &[egui::FontInsert]) {
    for font in found {
        let data = Arc::new(font.data.clone());
        definitions.font_data.insert(font.name.clone(), data);
        for family in &font.families {
            let names = definitions.families.entry(family.family.clone());
            names.or_default().push(font.name.clone());
        }
    }
}
