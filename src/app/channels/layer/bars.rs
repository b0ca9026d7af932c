//! A value of every channel of a layer as signed bars.

use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Key, PointerButton, Rect, Response, Role, Shape, Stroke, Ui, Vec2};
use egui_plot::{PlotBounds, PlotResponse, PlotTransform};

use crate::app::channels::heat_map::marks;
use crate::app::channels::still_plot::{faint, still_plot};
use crate::app::channels::{ByHand, Shown};
use crate::app::theme;
use crate::app::{focus, touch};
use crate::numbers::signed;
use crate::study::gamma::Norms;

/// Which value of a channel is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// γ, with the threshold as a band around zero.
    Gamma,
    /// β.
    Beta,
}

/// From the bottom of the frame, in points.
const UP: Vec2 = Vec2::new(0.0, -2.0);

/// The bars on the screen, and what they were made of.
#[derive(Clone, Debug, Default)]
pub struct Bars(Option<BarMesh>);

#[derive(Clone, Debug)]
struct BarMesh {
    norms: Arc<Norms>,
    channels: Vec<usize>,
    by_hand: ByHand,
    layer: usize,
    numbers: [f32; 2],
    frame: Rect,
    dark: bool,
    mesh: Arc<Mesh>,
    range: [f64; 2],
}

/// What bars are drawn of: a layer's `channels`, in that order.
#[derive(Clone, Copy)]
struct Subject<'a> {
    shown: &'a Shown<'a>,
    layer: usize,
    channels: &'a [usize],
    value: Value,
}

impl<'a> Subject<'a> {
    fn values(&self) -> &'a [f32] {
        let values = match self.value {
            Value::Gamma => &self.shown.norms.gamma,
            Value::Beta => &self.shown.norms.beta,
        };
        &values[self.shown.layers.range(self.layer)]
    }

    fn letter(&self) -> &'static str {
        match self.value {
            Value::Gamma => "γ",
            Value::Beta => "β",
        }
    }

    /// The place of the layer's first channel among all.
    fn start(&self) -> usize {
        self.shown.layers.range(self.layer).start
    }

    /// The picked channel, where it is not of a layer before.
    fn picked(&self) -> Option<usize> {
        self.shown.picked_flat()?.checked_sub(self.start())
    }

    /// The plot's axes; `low` to `high` is seen, and the band of the threshold.
    fn plot_ui(&self, ui: &mut Ui, size: Vec2, [low, high]: [f64; 2]) -> PlotResponse<()> {
        let (low, high) = match self.value {
            Value::Gamma => {
                let band = f64::from(self.shown.threshold) * 1.5;
                (low.min(-band), high.max(band))
            }
            Value::Beta => (low, high),
        };
        let count = self.channels.len();
        let bounds = PlotBounds::from_min_max([-0.5, low], [count as f64 - 0.5, high]);
        let is_numbered = (0..count).all(|place| self.channels[place] == place);
        still_plot(self.letter(), size)
            .y_axis_label(self.letter())
            .show_grid([false, true])
            .show_axes([self.value == Value::Beta && is_numbered, true])
            .x_axis_formatter(|mark, _| {
                let is_whole = mark.value.fract() == 0.0 && mark.value >= 0.0;
                match is_whole {
                    true => format!("{}", mark.value),
                    false => String::new(),
                }
            })
            .show(ui, |plot| plot.set_plot_bounds(bounds))
    }

    /// What a screen reader says of it.
    fn label(&self) -> String {
        let (name, values) = (self.shown.layers.name(self.layer), self.values());
        let of = match self.picked().filter(|&picked| picked < values.len()) {
            Some(channel) => format!("channel {channel} is {}", signed(values[channel])),
            None => "no channel picked".to_owned(),
        };
        format!("{} of every channel of {name}: {of}", self.letter())
    }

    /// Tells of the channel that is pointed at; the one that the reader picks.
    fn picked_ui(
        &self,
        ui: &Ui,
        response: Response,
        transform: &PlotTransform,
        place: Option<usize>,
    ) -> Option<usize> {
        let count = self.channels.len();
        let under = |x: f32| {
            let place = transform.value_from_position(egui::pos2(x, 0.0)).x.round();
            let is_inside = (0.0..count as f64).contains(&place);
            is_inside.then(|| self.channels[place as usize])
        };
        if let Some(channel) = response.hover_pos().and_then(|at| under(at.x)) {
            let tip = response.clone();
            tip.on_hover_ui_at_pointer(|ui| {
                self.shown.tooltip_ui(ui, self.start() + channel);
                ui.weak("Click: pick this channel. Arrow keys: pick another.");
            });
        }
        if response.clicked_by(PointerButton::Primary) {
            response.request_focus();
            touch::stay(ui.ctx());
            return response.interact_pointer_pos().and_then(|at| under(at.x));
        }
        let moved = moved(ui, &response)?;
        let last = count.checked_sub(1)?;
        let to = place.map_or(0, |place| place.saturating_add_signed(moved).min(last));
        Some(self.channels[to])
    }
}

impl Bars {
    /// Draws the bars of a layer's `channels`, in that order, and gives the one the reader picks.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        layer: usize,
        channels: &[usize],
        value: Value,
        size: Vec2,
    ) -> Option<usize> {
        let subject = Subject {
            shown,
            layer,
            channels,
            value,
        };
        let range = match &self.0 {
            Some(drawn) if drawn.layer == layer && Arc::ptr_eq(&drawn.norms, shown.norms) => {
                drawn.range
            }
            _ => range(subject.values()),
        };
        let plot = subject.plot_ui(ui, size, range);
        let (response, transform) = (plot.response, plot.transform);
        let frame = *transform.frame();

        let painter = ui.painter().with_clip_rect(frame);
        if value == Value::Gamma && shown.threshold > 0.0 {
            paint_band(ui, &transform, shown.threshold);
        }
        painter.add(Shape::Mesh(self.mesh(ui, subject, &transform, range)));
        let zero = transform.position_from_point_y(0.0);
        let line = Stroke::new(1.0, ui.visuals().text_color());
        painter.hline(frame.x_range(), zero, line);

        let picked = subject.picked();
        let place = picked.and_then(|picked| channels.iter().position(|&c| c == picked));
        if let Some(place) = place {
            let slot = slot(&transform, place);
            let strong = Stroke::new(1.5, ui.visuals().strong_text_color());
            let kind = egui::StrokeKind::Inside;
            painter.rect_stroke(slot.expand2(Vec2::new(1.5, 0.0)), 1.0, strong, kind);
        }
        focus::frame(ui, &response, frame);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(Role::Canvas, ui.is_enabled(), subject.label())
        });
        subject.picked_ui(ui, response, &transform, place)
    }

    fn mesh(
        &mut self,
        ui: &Ui,
        subject: Subject<'_>,
        transform: &PlotTransform,
        range: [f64; 2],
    ) -> Arc<Mesh> {
        let Subject {
            shown,
            layer,
            channels,
            ..
        } = subject;
        let bounds = transform.bounds().max()[1] as f32;
        let numbers = [shown.threshold, bounds];
        let dark = ui.visuals().dark_mode;
        let frame = *transform.frame();
        if let Some(drawn) = &self.0
            && Arc::ptr_eq(&drawn.norms, shown.norms)
            && drawn.channels == channels
            && drawn.by_hand == *shown.by_hand
            && drawn.layer == layer
            && drawn.numbers == numbers
            && drawn.frame == frame
            && drawn.dark == dark
        {
            return drawn.mesh.clone();
        }
        let mut mesh = Mesh::default();
        for (place, &channel) in channels.iter().enumerate() {
            add_bar(&mut mesh, ui, subject, transform, place, channel);
        }
        for (place, &channel) in channels.iter().enumerate() {
            if let Some(&off) = shown.by_hand.get(&(subject.start() + channel)) {
                let back = ui.visuals().extreme_bg_color;
                let top = frame.top() + 4.0;
                let head = slot(transform, place).with_min_y(top).with_max_y(top + 8.0);
                marks::hand_mark(&mut mesh, head, off, back);
            }
        }
        let mesh = Arc::new(mesh);
        self.0 = Some(BarMesh {
            norms: shown.norms.clone(),
            channels: channels.to_vec(),
            by_hand: shown.by_hand.clone(),
            layer,
            numbers,
            frame,
            dark,
            mesh: mesh.clone(),
            range,
        });
        mesh
    }
}

/// A channel's bar, with a mark at its foot where the channel is off.
fn add_bar(
    mesh: &mut Mesh,
    ui: &Ui,
    subject: Subject<'_>,
    transform: &PlotTransform,
    place: usize,
    channel: usize,
) {
    let zero = transform.position_from_point_y(0.0);
    let color = match subject.value {
        Value::Gamma => theme::SERIES[0],
        Value::Beta => theme::SERIES[1],
    };
    let slot = slot(transform, place);
    let gap = match slot.width() > 3.0 {
        true => slot.width() * 0.1,
        false => 0.0,
    };
    let off = subject.shown.is_off(subject.start() + channel);
    let (value, shape) = (subject.values()[channel], slot.shrink2(Vec2::new(gap, 0.0)));
    if value.is_finite() {
        let top = transform.position_from_point_y(f64::from(value));
        let bar = Rect::from_x_y_ranges(shape.x_range(), top.min(zero)..=top.max(zero));
        let color = match off {
            true => color.gamma_multiply(0.5),
            false => color,
        };
        mesh.add_colored_rect(bar, color);
    }
    if off {
        let height = slot.width().clamp(6.0, 10.0);
        let foot = shape.with_min_y(shape.bottom() - height).translate(UP);
        marks::off_mark(mesh, foot, ui.visuals().text_color());
    }
}

/// The threshold as a band around zero, with dashed edges.
fn paint_band(ui: &Ui, transform: &PlotTransform, threshold: f32) {
    let frame = *transform.frame();
    let painter = ui.painter().with_clip_rect(frame);
    let height = |value: f32| transform.position_from_point_y(f64::from(value));
    let (top, bottom) = (height(threshold), height(-threshold));
    let color = theme::SERIES[3];
    let band = Rect::from_x_y_ranges(frame.x_range(), top..=bottom);
    painter.rect_filled(band, 0.0, faint(color));
    for y in [top, bottom] {
        let ends = [egui::pos2(frame.left(), y), egui::pos2(frame.right(), y)];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, color), 6.0, 4.0));
    }
}

/// Where a place's bar may stand.
fn slot(transform: &PlotTransform, place: usize) -> Rect {
    let at = |x: f64| transform.position_from_point_x(x);
    let (left, right) = (at(place as f64 - 0.5), at(place as f64 + 0.5));
    Rect::from_x_y_ranges(left..=right, transform.frame().y_range())
}

/// A little more than from the least to the largest finite value, with zero.
fn range(values: &[f32]) -> [f64; 2] {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite.fold((0.0f32, 0.0f32), |(l, h), v| (l.min(v), h.max(v)));
    let (low, high) = (f64::from(low), f64::from(high));
    let extent = if high > low { high - low } else { 0.2 };
    [low - 0.1 * extent, high + 0.1 * extent]
}

/// How far arrow keys, Home and End move the pick.
fn moved(ui: &Ui, response: &Response) -> Option<isize> {
    if !focus::takes_arrows(ui, response, false) {
        return None;
    }
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let far = isize::from(i16::MAX) * (pressed(Key::End) - pressed(Key::Home));
    let moved = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft) + far;
    (moved != 0).then_some(moved)
}
