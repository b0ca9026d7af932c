//! Shapes as pixels: egui makes triangles of them, and these are filled here.

use std::io::Cursor;
use std::sync::Arc;

use egui::epaint::text::Fonts;
use egui::epaint::{ClippedPrimitive, ClippedShape, Mesh, Primitive, Tessellator, Vertex};
use egui::{Color32, ColorImage, Rect, Shape, TextureId};
use image::{ImageFormat, RgbaImage};

use super::PanePicture;

/// Pixels a point.
const SCALE: f32 = 2.0;

/// Parts of a pixel that corners lie on.
const PARTS: f32 = 256.0;

/// The picture as a PNG.
pub(super) fn png(picture: &PanePicture) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let image = draw(picture);
    let written = image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
    written.map_err(|error| format!("the picture cannot be packed as PNG: {error}"))?;
    Ok(bytes)
}

fn draw(picture: &PanePicture) -> RgbaImage {
    let mut fonts = Fonts::new(picture.text_options, picture.fonts.clone());
    let mut shapes = picture.shapes.clone();
    for shape in &mut shapes {
        sharpen(&mut shape.shape, &mut fonts);
    }
    let primitives = triangles(shapes, &fonts);
    let letters = fonts.image();
    let size = (picture.size * SCALE).ceil();
    let mut canvas = Canvas {
        size: [size.x as usize, size.y as usize],
        pixels: vec![picture.ground; size.x as usize * size.y as usize],
    };
    for ClippedPrimitive {
        clip_rect,
        primitive,
    } in &primitives
    {
        // Nothing here paints by itself.
        let Primitive::Mesh(mesh) = primitive else {
            continue;
        };
        let texture = match mesh.texture_id {
            id if id == TextureId::default() => Some(&letters),
            id => picture.textures.get(&id).map(|image| &**image),
        };
        if let Some(texture) = texture {
            canvas.fill(mesh, *clip_rect, texture);
        }
    }
    let bytes = canvas
        .pixels
        .iter()
        .flat_map(|pixel| pixel.to_srgba_unmultiplied());
    let [width, height] = canvas.size.map(|side| side as u32);
    RgbaImage::from_raw(width, height, bytes.collect()).unwrap_or_default()
}

/// Lays texts out anew for more pixels a point, or their letters would be blurred.
fn sharpen(shape: &mut Shape, fonts: &mut Fonts) {
    match shape {
        Shape::Vec(shapes) => shapes.iter_mut().for_each(|shape| sharpen(shape, fonts)),
        Shape::Text(text) => {
            let job = text.galley.job.clone();
            text.galley = Arc::new(fonts.layout_uncached(SCALE, job));
        }
        _ => {}
    }
}

fn triangles(shapes: Vec<ClippedShape>, fonts: &Fonts) -> Vec<ClippedPrimitive> {
    let discs = fonts.texture_atlas().prepared_discs();
    let size = fonts.font_image_size();
    Tessellator::new(SCALE, Default::default(), size, discs).tessellate_shapes(shapes)
}

/// A shape as triangles, where there is no shorter way to write it; without letters.
pub(super) fn mesh(shape: Shape) -> Mesh {
    let mut mesh = Mesh::default();
    let options = egui::epaint::TessellationOptions {
        feathering: false,
        ..Default::default()
    };
    Tessellator::new(SCALE, options, [1, 1], Vec::new()).tessellate_shape(shape, &mut mesh);
    mesh
}

struct Canvas {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

impl Canvas {
    fn fill(&mut self, mesh: &Mesh, clip: Rect, texture: &ColorImage) {
        let clip = Rect::from_min_max(
            (clip.min.to_vec2() * SCALE).to_pos2(),
            (clip.max.to_vec2() * SCALE).to_pos2(),
        );
        let bounds = [
            clip.left().round().max(0.0) as usize,
            clip.top().round().max(0.0) as usize,
            (clip.right().round().max(0.0) as usize).min(self.size[0]),
            (clip.bottom().round().max(0.0) as usize).min(self.size[1]),
        ];
        for corners in mesh.indices.as_chunks::<3>().0 {
            let corners = corners.map(|at| mesh.vertices[at as usize]);
            self.triangle(corners, bounds, texture);
        }
    }

    /// Fills the pixels whose middle lies within; one on an edge that two triangles share belongs to one
    /// of them, so that nothing is painted twice.
    fn triangle(&mut self, corners: [Vertex; 3], bounds: [usize; 4], texture: &ColorImage) {
        let place = |vertex: &Vertex| {
            let part = |x: f32| (f64::from(x) * f64::from(SCALE * PARTS)).round() as i64;
            [part(vertex.pos.x), part(vertex.pos.y)]
        };
        let [a, mut b, mut c] = corners;
        let area = edge(place(&a), place(&b), place(&c));
        if area == 0 {
            return;
        }
        if area < 0 {
            std::mem::swap(&mut b, &mut c);
        }
        let (area, corners) = (area.abs() as f32, [a, b, c]);
        let at = [place(&a), place(&b), place(&c)];
        let range = |axis: usize| {
            let values = at.map(|corner| corner[axis]);
            let (least, most) = (values.into_iter().min(), values.into_iter().max());
            let pixel = |value: Option<i64>| value.unwrap_or(0).div_euclid(PARTS as i64);
            let first = pixel(least).max(bounds[axis] as i64);
            let end = (pixel(most) + 1).min(bounds[axis + 2] as i64);
            first..end.max(first)
        };
        let is_plain = corners.iter().all(|v| v.color == a.color && v.uv == a.uv);
        let plain = is_plain.then(|| tinted(sample(texture, a.uv.to_vec2()), a.color));
        for y in range(1) {
            for x in range(0) {
                let middle = [x, y].map(|at| at * PARTS as i64 + PARTS as i64 / 2);
                let weights = [(1, 2), (2, 0), (0, 1)].map(|(from, to)| {
                    let value = edge(at[from], at[to], middle);
                    (
                        value,
                        value > 0 || (value == 0 && is_top_left(at[from], at[to])),
                    )
                });
                if !weights.iter().all(|(_, inside)| *inside) {
                    continue;
                }
                let weights = weights.map(|(value, _)| value as f32 / area);
                let colour = plain.unwrap_or_else(|| mixed(&corners, weights, texture));
                let pixel = &mut self.pixels[y as usize * self.size[0] + x as usize];
                *pixel = over(colour, *pixel);
            }
        }
    }
}

/// Twice the area of a triangle, positive where its corners go round with the sun.
fn edge(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

fn is_top_left(from: [i64; 2], to: [i64; 2]) -> bool {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    dy < 0 || (dy == 0 && dx > 0)
}

fn mixed(corners: &[Vertex; 3], weights: [f32; 3], texture: &ColorImage) -> Color32 {
    let mut uv = egui::Vec2::ZERO;
    let mut colour = [0.0; 4];
    for (corner, weight) in corners.iter().zip(weights) {
        uv += weight * corner.uv.to_vec2();
        for (sum, part) in colour.iter_mut().zip(corner.color.to_array()) {
            *sum += weight * f32::from(part);
        }
    }
    let [r, g, b, a] = colour.map(|part| part.round() as u8);
    let colour = Color32::from_rgba_premultiplied(r, g, b, a);
    tinted(sample(texture, uv), colour)
}

/// The pixel of a texture at a place from 0 to 1.
fn sample(texture: &ColorImage, uv: egui::Vec2) -> Color32 {
    let [width, height] = texture.size;
    let at = |place: f32, side: usize| ((place * side as f32).max(0.0) as usize).min(side - 1);
    texture[(at(uv.x, width), at(uv.y, height))]
}

fn tinted(texel: Color32, colour: Color32) -> Color32 {
    let (texel, colour) = (texel.to_array(), colour.to_array());
    let part = |at: usize| ((u16::from(texel[at]) * u16::from(colour[at]) + 127) / 255) as u8;
    Color32::from_rgba_premultiplied(part(0), part(1), part(2), part(3))
}

/// A colour painted over another, both with what they hide multiplied in.
fn over(above: Color32, below: Color32) -> Color32 {
    let (above, below) = (above.to_array(), below.to_array());
    let rest = 255 - u16::from(above[3]);
    let part = |at: usize| {
        let sum = u16::from(above[at]) + (u16::from(below[at]) * rest + 127) / 255;
        sum.min(255) as u8
    };
    Color32::from_rgba_premultiplied(part(0), part(1), part(2), part(3))
}
