//! The report's figures, with the app's own letters and colours.

use egui::{Align2, Color32, FontId, Mesh, Painter, Pos2, Rect, Sense, Stroke, Ui, Vec2};

use super::known::Laid;
use crate::experiment::report::Report;
use crate::experiment::report::figures::{Sketch, sketches};
use crate::train::plot::shapes::{At, Shape, Side, Tone};

/// Widths of figures, in their units, between which they are enlarged or made smaller.
const WIDTHS: (f32, f32) = (400.0, 800.0);

/// Largest width on the screen, in points.
const WIDEST: f32 = 900.0;

/// The figures of what is shown, and which of them the reader looks at.
#[derive(Debug, Default)]
pub(super) struct Figures {
    place: usize,
    /// What they were drawn from, and how wide.
    of: Option<(u64, u32)>,
    drawn: Vec<Sketch>,
    problem: Option<String>,
}

impl Figures {
    /// Draws the one that is chosen, below the names of all.
    pub fn ui(&mut self, ui: &mut Ui, laid: &Laid) {
        let room = ui.available_width().clamp(1.0, WIDEST);
        let width = room.clamp(WIDTHS.0, WIDTHS.1).round();
        let of = Some((laid.version, width as u32));
        if self.of != of {
            self.of = of;
            self.draw(laid, width);
        }
        if let Some(problem) = &self.problem {
            ui.label(problem);
        }
        self.place = self.place.min(self.drawn.len().saturating_sub(1));
        if self.drawn.len() > 1 {
            ui.horizontal_wrapped(|ui| {
                for (place, sketch) in self.drawn.iter().enumerate() {
                    ui.selectable_value(&mut self.place, place, &sketch.title);
                }
            });
        }
        if let Some(sketch) = self.drawn.get(self.place) {
            sketch_ui(ui, sketch, room);
        }
    }

    fn draw(&mut self, laid: &Laid, width: f32) {
        let report = Report {
            plan: &laid.plan,
            results: &laid.results,
            missing: &laid.missing,
            day: "",
        };
        (self.drawn, self.problem) = match sketches(&report, f64::from(width)) {
            Ok(drawn) => (drawn, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
    }
}

fn sketch_ui(ui: &mut Ui, sketch: &Sketch, room: f32) {
    let scale = room / sketch.size.0;
    let size = scale * Vec2::new(sketch.size.0, sketch.size.1);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let told = format!("{}. {}", sketch.title, sketch.told.join(" "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, told.clone()));
    let pen = Pen {
        painter: ui.painter_at(rect),
        origin: rect.min,
        scale,
        ink: ui.visuals().text_color(),
        grid: ui.visuals().weak_text_color().gamma_multiply(0.35),
    };
    sketch.shapes.iter().for_each(|shape| pen.draw(shape));
    ui.weak(&sketch.explained);
}

/// What draws shapes.
struct Pen {
    painter: Painter,
    origin: Pos2,
    scale: f32,
    ink: Color32,
    grid: Color32,
}

impl Pen {
    fn at(&self, (x, y): At) -> Pos2 {
        self.origin + self.scale * Vec2::new(x, y)
    }

    fn colour(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Ink => self.ink,
            Tone::Grid => self.grid,
            Tone::Colour([red, green, blue], opacity) => {
                Color32::from_rgb(red, green, blue).gamma_multiply(opacity)
            }
        }
    }

    fn draw(&self, shape: &Shape) {
        match shape {
            Shape::Line(points, width, tone) => {
                let points = points.iter().map(|at| self.at(*at)).collect();
                let stroke = Stroke::new((self.scale * width).max(1.0), self.colour(*tone));
                self.painter.line(points, stroke);
            }
            Shape::Area(corners, tone) => {
                let corners: Vec<_> = corners.iter().map(|at| self.at(*at)).collect();
                self.painter.add(area(&corners, self.colour(*tone)));
            }
            Shape::Circle(middle, radius, line, tone) => {
                let (middle, radius) = (self.at(*middle), self.scale * radius);
                let colour = self.colour(*tone);
                match line {
                    Some(width) => {
                        let stroke = Stroke::new((self.scale * width).max(1.0), colour);
                        self.painter.circle_stroke(middle, radius, stroke)
                    }
                    None => self.painter.circle_filled(middle, radius, colour),
                };
            }
            Shape::Text {
                words,
                at,
                size,
                side,
                is_upright,
            } => self.text(words, self.at(*at), self.scale * size, *side, *is_upright),
        }
    }

    fn text(&self, words: &str, at: Pos2, size: f32, side: Side, is_upright: bool) {
        let font = FontId::proportional(size);
        let galley = self
            .painter
            .layout_no_wrap(words.to_owned(), font, self.ink);
        let anchor = match side {
            Side::Left => Align2::LEFT_CENTER,
            Side::Middle => Align2::CENTER_CENTER,
            Side::Right => Align2::RIGHT_CENTER,
        };
        if !is_upright {
            let place = anchor.anchor_size(at, galley.size());
            self.painter.galley(place.min, galley, self.ink);
            return;
        }
        // It begins below, and is turned about its corner.
        let size = galley.size();
        let place = Rect::from_center_size(at, Vec2::new(size.y, size.x));
        let text = egui::epaint::TextShape::new(place.left_bottom(), galley, self.ink);
        let turned = text.with_angle(-std::f32::consts::FRAC_PI_2);
        self.painter.add(turned);
    }
}

/// A filled shape: of more than five corners it is a band, whose lower edge is followed by its upper one backwards.
fn area(corners: &[Pos2], colour: Color32) -> egui::Shape {
    if corners.len() <= 5 {
        return egui::Shape::convex_polygon(corners.to_vec(), colour, Stroke::NONE);
    }
    let mut mesh = Mesh::default();
    for corner in corners {
        mesh.colored_vertex(*corner, colour);
    }
    let last = corners.len() as u32 - 1;
    for place in 0..(corners.len() as u32 / 2).saturating_sub(1) {
        let (low, next) = (place, place + 1);
        mesh.add_triangle(low, next, last - low);
        mesh.add_triangle(next, last - next, last - low);
    }
    egui::Shape::mesh(mesh)
}
