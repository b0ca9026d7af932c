//! Shapes as SVG: lines stay lines, letters stay letters.

use std::fmt::Write as _;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egui::epaint::text::ByteRangeExt as _;
use egui::epaint::{
    ColorMode, Mesh, PathShape, PathStroke, RectShape, Stroke, StrokeKind, TextShape, Vertex,
};
use egui::{Color32, ColorImage, FontFamily, FontId, Pos2, Rect, Shape, TextureId};
use image::{ImageFormat, RgbaImage};

use super::{PanePicture, pixels};

/// The picture as a document.
pub(super) fn write(picture: &PanePicture) -> String {
    let (width, height) = (picture.size.x, picture.size.y);
    let mut writer = Writer {
        picture,
        out: String::new(),
    };
    writer.line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    ));
    let ground = filled(picture.ground);
    writer.line(format_args!(
        r#"<rect width="{width}" height="{height}"{ground}/>"#
    ));
    let mut clip = None;
    for (number, shape) in picture.shapes.iter().enumerate() {
        if matches!(shape.shape, Shape::Noop) || !shape.clip_rect.is_positive() {
            continue;
        }
        if clip != Some(shape.clip_rect) {
            if clip.is_some() {
                writer.line(format_args!("</g>"));
            }
            let rect = place(shape.clip_rect);
            writer.line(format_args!(
                r#"<clipPath id="c{number}"><rect{rect}/></clipPath><g clip-path="url(#c{number})">"#
            ));
            clip = Some(shape.clip_rect);
        }
        writer.shape(&shape.shape);
    }
    if clip.is_some() {
        writer.line(format_args!("</g>"));
    }
    writer.line(format_args!("</svg>"));
    writer.out
}

struct Writer<'a> {
    picture: &'a PanePicture,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A text takes whatever is written to it.
        let _ = writeln!(self.out, "{line}");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(circle) => {
                let (at, radius) = (circle.center, circle.radius);
                let look = look(circle.fill, circle.stroke);
                self.line(format_args!(
                    r#"<circle cx="{:.2}" cy="{:.2}" r="{radius:.2}"{look}/>"#,
                    at.x, at.y
                ));
            }
            Shape::LineSegment { points, stroke } => {
                let look = look(Color32::TRANSPARENT, *stroke);
                let [from, to] = points;
                self.line(format_args!(
                    r#"<line x1="{:.2}" y1="{:.2}" x2="{:.2}" y2="{:.2}"{look}/>"#,
                    from.x, from.y, to.x, to.y
                ));
            }
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::Ellipse(_)
            | Shape::Band(_)
            | Shape::QuadraticBezier(_)
            | Shape::CubicBezier(_) => self.mesh(&pixels::mesh(shape.clone())),
        }
    }

    fn path(&mut self, path: &PathShape) {
        let name = if path.closed { "polygon" } else { "polyline" };
        let look = look(path.fill, plain(&path.stroke));
        let points = points(&path.points);
        self.line(format_args!(
            r#"<{name} points="{points}" stroke-linejoin="round"{look}/>"#
        ));
    }

    fn rect(&mut self, shape: &RectShape) {
        if let Some(brush) = &shape.brush
            && brush.fill_texture_id != TextureId::default()
        {
            self.image(brush.fill_texture_id, shape.rect, brush.uv);
            return;
        }
        let outwards = match shape.stroke_kind {
            StrokeKind::Inside => -0.5,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => 0.5,
        };
        let stroke = shape.stroke;
        let rect = place(shape.rect.expand(outwards * stroke.width));
        let (look, corner) = (look(shape.fill, stroke), shape.corner_radius.average());
        self.line(format_args!(r#"<rect{rect} rx="{corner}"{look}/>"#));
    }

    /// Rows of text, a piece for each colour and size. Each is as long as it is on the screen, whatever
    /// font there is.
    fn text(&mut self, shape: &TextShape) {
        let galley = &shape.galley;
        let mut letter = 0;
        let formats: Vec<_> = galley
            .job
            .sections
            .iter()
            .flat_map(|section| {
                let text = &galley.job.text[section.byte_range.as_usize()];
                text.chars().map(|_| section.format.font_id.clone())
            })
            .collect();
        let (corner, turned) = (shape.pos, shape.angle.to_degrees());
        if turned != 0.0 {
            self.line(format_args!(
                r#"<g transform="rotate({turned:.2} {:.2} {:.2})">"#,
                corner.x, corner.y
            ));
        }
        for row in &galley.rows {
            let mut piece: Option<Piece> = None;
            for glyph in &row.glyphs {
                let font = formats.get(letter).or(formats.last());
                letter += 1;
                let Some(font) = font else { continue };
                let vertex = row.visuals.mesh.vertices.get(glyph.first_vertex as usize);
                let colour = text_colour(shape, vertex);
                let at = corner + row.pos.to_vec2() + glyph.pos.to_vec2();
                match &mut piece {
                    Some(piece)
                        if piece.font == *font && (piece.colour == colour || glyph.chr == ' ') =>
                    {
                        piece.text.push(glyph.chr);
                        piece.end = at.x + glyph.advance_width;
                    }
                    _ => {
                        self.piece(piece.take());
                        piece = Some(Piece {
                            text: glyph.chr.to_string(),
                            font: font.clone(),
                            colour,
                            at,
                            end: at.x + glyph.advance_width,
                        });
                    }
                }
            }
            self.piece(piece);
            letter += usize::from(row.ends_with_newline);
        }
        if turned != 0.0 {
            self.line(format_args!("</g>"));
        }
    }

    fn piece(&mut self, piece: Option<Piece>) {
        let Some(piece) = piece.filter(|piece| !piece.text.trim().is_empty()) else {
            return;
        };
        let family = match piece.font.family {
            FontFamily::Monospace => "Hack, monospace",
            _ => "'Ubuntu Light', Ubuntu, sans-serif",
        };
        let (size, colour) = (piece.font.size, filled(piece.colour));
        let (x, y, length) = (piece.at.x, piece.at.y, piece.end - piece.at.x);
        let text = escaped(&piece.text);
        self.line(format_args!(
            r#"<text x="{x:.2}" y="{y:.2}" xml:space="preserve" font-family="{family}" font-size="{size}" textLength="{length:.2}" lengthAdjust="spacingAndGlyphs"{colour}>{text}</text>"#
        ));
    }

    fn mesh(&mut self, mesh: &Mesh) {
        let mut left = mesh.indices.as_slice();
        while left.len() >= 3 {
            if let Some(corners) = rectangle(mesh, left) {
                self.mesh_rect(mesh, &corners);
                left = &left[6..];
                continue;
            }
            let corners = [0, 1, 2].map(|at| mesh.vertices[left[at] as usize]);
            let colour = corners[0].color;
            let points = points(&corners.map(|corner| corner.pos));
            let fill = filled(colour);
            if colour.a() > 0 {
                self.line(format_args!(r#"<polygon points="{points}"{fill}/>"#));
            }
            left = &left[3..];
        }
    }

    fn mesh_rect(&mut self, mesh: &Mesh, corners: &[Vertex; 4]) {
        let rect = Rect::from_two_pos(corners[0].pos, corners[3].pos);
        if mesh.texture_id != TextureId::default() {
            let uv = Rect::from_min_max(corners[0].uv, corners[3].uv);
            self.image(mesh.texture_id, rect, uv);
            return;
        }
        let (rect, fill) = (place(rect), filled(corners[0].color));
        // Smooth edges would leave gaps between neighbours.
        self.line(format_args!(
            r#"<rect{rect} shape-rendering="crispEdges"{fill}/>"#
        ));
    }

    fn image(&mut self, texture: TextureId, rect: Rect, uv: Rect) {
        let Some(image) = self.picture.textures.get(&texture) else {
            return;
        };
        let Some(data) = packed(image, uv) else {
            return;
        };
        let rect = place(rect);
        self.line(format_args!(
            r#"<image{rect} preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>"#
        ));
    }
}

/// Letters beside each other that look the same.
struct Piece {
    text: String,
    font: FontId,
    colour: Color32,
    at: Pos2,
    end: f32,
}

fn text_colour(shape: &TextShape, vertex: Option<&Vertex>) -> Color32 {
    let own = vertex.map_or(Color32::PLACEHOLDER, |vertex| vertex.color);
    let colour = match shape.override_text_color {
        Some(colour) => colour,
        None if own == Color32::PLACEHOLDER => shape.fallback_color,
        None => own,
    };
    colour.gamma_multiply(shape.opacity_factor)
}

/// The corners of a rectangle of one colour, or of an image, that the next two triangles make up.
fn rectangle(mesh: &Mesh, indices: &[u32]) -> Option<[Vertex; 4]> {
    let [a, b, c, d, e, f, ..] = *indices else {
        return None;
    };
    // As egui lays down all rectangles.
    if (c, b) != (d, e) {
        return None;
    }
    let corners = [a, b, c, f].map(|at| mesh.vertices[at as usize]);
    let at = corners.map(|corner| corner.pos);
    let is_upright =
        at[0].y == at[1].y && at[2].y == at[3].y && at[0].x == at[2].x && at[1].x == at[3].x;
    let is_plain = corners
        .iter()
        .all(|corner| corner.color == corners[0].color);
    (is_upright && is_plain).then_some(corners)
}

/// A part of an image as a PNG, in base 64.
fn packed(image: &ColorImage, uv: Rect) -> Option<String> {
    let [width, height] = image.size;
    let at = |place: f32, side: usize| ((place * side as f32).round().max(0.0) as usize).min(side);
    let (left, right) = (at(uv.left(), width), at(uv.right(), width));
    let (top, bottom) = (at(uv.top(), height), at(uv.bottom(), height));
    let mut part = Vec::new();
    for y in top..bottom {
        for x in left..right {
            part.extend(image[(x, y)].to_srgba_unmultiplied());
        }
    }
    let size = (
        right.checked_sub(left)? as u32,
        bottom.checked_sub(top)? as u32,
    );
    let part = RgbaImage::from_raw(size.0, size.1, part)?;
    let mut bytes = Vec::new();
    part.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .ok()?;
    Some(STANDARD.encode(bytes))
}

fn place(rect: Rect) -> String {
    format!(
        r#" x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}""#,
        rect.left(),
        rect.top(),
        rect.width().max(0.0),
        rect.height().max(0.0)
    )
}

fn points(points: &[Pos2]) -> String {
    let each = points.iter().map(|at| format!("{:.2},{:.2}", at.x, at.y));
    each.collect::<Vec<_>>().join(" ")
}

fn plain(stroke: &PathStroke) -> Stroke {
    let colour = match &stroke.color {
        ColorMode::Solid(colour) => *colour,
        // A colour that changes along the way has none of its own.
        ColorMode::UV(_) => Color32::GRAY,
    };
    Stroke::new(stroke.width, colour)
}

fn look(fill: Color32, stroke: Stroke) -> String {
    let mut look = match fill.a() {
        0 => r#" fill="none""#.to_owned(),
        _ => filled(fill),
    };
    if stroke.width > 0.0 && stroke.color.a() > 0 {
        let _ = write!(
            look,
            "{} stroke-width=\"{}\"",
            painted("stroke", stroke.color),
            stroke.width
        );
    }
    look
}

fn filled(colour: Color32) -> String {
    painted("fill", colour)
}

fn painted(what: &str, colour: Color32) -> String {
    let [r, g, b, a] = colour.to_srgba_unmultiplied();
    let opacity = match a {
        255 => String::new(),
        _ => format!(r#" {what}-opacity="{:.3}""#, f32::from(a) / 255.0),
    };
    format!(r##" {what}="#{r:02x}{g:02x}{b:02x}"{opacity}"##)
}

fn escaped(text: &str) -> String {
    let is_allowed = |letter: &char| !letter.is_control();
    let text: String = text.chars().filter(is_allowed).collect();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
