//! Shares of one as labelled bars.

use egui::{Color32, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::icons::tick_or_cross;
use super::theme::SERIES;
use crate::numbers::percent;

/// Points from the left edge to where the bars begin, if there is room.
const LABEL_WIDTH: f32 = 130.0;
/// Points kept for the number behind a bar.
const NUMBER_WIDTH: f32 = 62.0;
/// Height of a bar, in points.
const BAR_HEIGHT: f32 = 10.0;

/// One share, from 0 to 1, as a labelled bar with its number.
#[derive(Clone, Copy, Debug)]
pub struct Bar<'a> {
    /// What it is the share of.
    pub label: &'a str,
    /// The share, from 0 to 1, if known.
    pub share: Option<f64>,
    /// The least and the greatest of several, drawn as a line across the bar's end.
    pub range: Option<(f64, f64)>,
    /// A share to compare with, drawn as a tick.
    pub reference: Option<f64>,
    /// Instead of the number, where there is none.
    pub without: &'a str,
    /// The bar's colour.
    pub colour: Color32,
    /// Whether it is out of date.
    pub faded: bool,
    /// Whether the label stands out.
    pub strong: bool,
    /// A tick or a cross before the label; room for one is kept where it is `Some(None)`.
    pub mark: Option<Option<bool>>,
    /// What a screen reader says; the label and the number where it is empty.
    pub spoken: &'a str,
}

impl Default for Bar<'_> {
    fn default() -> Self {
        Self {
            label: "",
            share: None,
            range: None,
            reference: None,
            without: "–",
            colour: SERIES[0],
            faded: false,
            strong: false,
            mark: None,
            spoken: "",
        }
    }
}

impl Bar<'_> {
    /// Draws it over the whole width.
    pub fn ui(&self, ui: &mut Ui) -> Response {
        let height = ui.text_style_height(&egui::TextStyle::Body) + 2.0;
        let width = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        response.widget_info(|| self.info());
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect);
        }
        response
    }

    fn info(&self) -> WidgetInfo {
        let number = self.share.map_or_else(|| self.without.to_owned(), percent);
        let label = match self.spoken {
            "" => format!("{}: {number}", self.label),
            spoken => spoken.to_owned(),
        };
        WidgetInfo {
            value: self.share,
            ..WidgetInfo::labeled(Role::Meter, true, label)
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        let visuals = ui.visuals();
        let text = match (self.faded, self.strong) {
            (true, _) => visuals.weak_text_color(),
            (false, true) => visuals.strong_text_color(),
            (false, false) => visuals.text_color(),
        };
        let label_width = LABEL_WIDTH.min(rect.width() * 0.5);
        let indent = if self.mark.is_some() { 14.0 } else { 0.0 };
        if let Some(Some(is_right)) = self.mark {
            tick_or_cross(ui.painter(), rect.left_center() + vec2(5.0, 0.0), is_right);
        }
        let label = one_line(ui, self.label, label_width - indent - 6.0, text);
        let top = rect.center().y - label.size().y / 2.0;
        ui.painter()
            .galley(egui::pos2(rect.left() + indent, top), label, text);

        let number = self.share.map(percent);
        let number = number.as_deref().unwrap_or(self.without);
        let number = one_line(ui, number, NUMBER_WIDTH, text);
        let at = egui::pos2(rect.right() - number.size().x, top);
        ui.painter().galley(at, number, text);

        let left = rect.left() + label_width;
        let right = (rect.right() - NUMBER_WIDTH - 6.0).max(left);
        let track = Rect::from_x_y_ranges(left..=right, rect.y_range())
            .shrink2(vec2(0.0, ((rect.height() - BAR_HEIGHT) / 2.0).max(0.0)));
        let x = |share: f64| egui::lerp(left..=right, share.clamp(0.0, 1.0) as f32);
        let painter = ui.painter();
        painter.rect_filled(track, 2.0, visuals.extreme_bg_color);
        painter.rect_stroke(
            track,
            2.0,
            Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color),
            egui::StrokeKind::Inside,
        );
        if let Some(share) = self.share {
            let fill = if self.faded {
                self.colour.gamma_multiply(0.4)
            } else {
                self.colour
            };
            let filled = Rect::from_min_max(track.min, egui::pos2(x(share), track.bottom()));
            painter.rect_filled(filled, 2.0, fill);
        }
        let line = Stroke::new(1.5, visuals.strong_text_color());
        if let Some((least, greatest)) = self.range {
            painter.hline(x(least)..=x(greatest), track.center().y, line);
            for end in [least, greatest] {
                painter.vline(x(end), track.y_range(), line);
            }
        }
        if let Some(reference) = self.reference {
            let line = Stroke::new(1.0, visuals.weak_text_color());
            painter.vline(x(reference), track.y_range().expand(3.0), line);
        }
    }
}

/// Text cut to one line of this many points, with … where something is missing.
fn one_line(ui: &Ui, text: &str, width: f32, colour: Color32) -> std::sync::Arc<egui::Galley> {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}
