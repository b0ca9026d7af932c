//! The page of images, and the picked one large.

use egui::{
    Color32, FontSelection, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::answers::Verdict;
use super::pictures::Atlas;
use super::{Inside, Subject};
use crate::app::bars::Bar;
use crate::app::icons::tick_or_cross;
use crate::app::theme::SERIES;
use crate::data::DataSet;
use crate::numbers::percent;

/// Points of a picture of the page.
const PICTURE: f32 = 48.0;
/// Points between two lines of text below a picture.
const LINE: f32 = 13.0;
/// Width of a cell of the page, in points.
const CELL: f32 = 84.0;
/// Points of the picked image.
const LARGE: f32 = 128.0;
/// Classes shown as bars; where there are more, the most probable.
const BARS: usize = 20;

impl Inside {
    pub(super) fn page_ui(&mut self, ui: &mut Ui, subject: &Subject<'_>) {
        self.selection_ui(ui, subject);
        self.paging_ui(ui);
        let picked = self.image();
        let Some(paged) = &self.page else {
            return;
        };
        if paged.page.shown.is_empty() {
            ui.label("None among the images answered so far.");
            return;
        }
        let gap = 4.0;
        let cell = vec2(CELL, PICTURE + 4.0 + 2.0 * line_height(ui));
        let columns = (((ui.available_width() + gap) / (cell.x + gap)) as usize).max(1);
        let rows = paged.page.shown.len().div_ceil(columns);
        let size = vec2(
            columns as f32 * (cell.x + gap) - gap,
            rows as f32 * (cell.y + gap) - gap,
        );
        let (area, _) = ui.allocate_exact_size(size, Sense::hover());
        let mut clicked = None;
        for (place, image) in paged.page.shown.iter().enumerate() {
            let at = vec2(
                (place % columns) as f32 * (cell.x + gap),
                (place / columns) as f32 * (cell.y + gap),
            );
            let rect = Rect::from_min_size(area.min + at, cell);
            let response = ui.interact(rect, ui.scope_id().with(("image", image)), Sense::click());
            let verdict = self.answers.of(*image);
            let sentence = || sentence(subject.data, *image, verdict);
            response.widget_info(|| {
                WidgetInfo::selected(Role::Button, true, picked == Some(*image), sentence())
            });
            if ui.is_rect_visible(rect) {
                let cell = Cell {
                    data: subject.data,
                    image: *image,
                    verdict,
                    is_picked: picked == Some(*image),
                };
                cell.paint(ui, rect, &response, paged.atlas.as_ref(), place);
            }
            if response.on_hover_text_at_pointer(sentence()).clicked() {
                clicked = Some(*image);
            }
        }
        if clicked.is_some() {
            self.image = clicked;
        }
    }

    pub(super) fn image_ui(&mut self, ui: &mut Ui, subject: &Subject<'_>) {
        let images = &subject.data.test;
        let Some(image) = self
            .image()
            .filter(|image| (*image as usize) < images.len())
        else {
            ui.label("Pick an image of the page to see it large.");
            return;
        };
        if self.large.as_ref().is_none_or(|(of, _)| *of != image) {
            self.large = Some((image, Atlas::of_image(ui.ctx(), images, image)));
        }
        let verdict = self.answers.of(image);
        let text = sentence(subject.data, image, verdict);
        ui.label(RichText::new(&text).strong());
        ui.horizontal_top(|ui| {
            let side = LARGE.min(ui.available_width() * 0.3);
            let height = side * images.height as f32 / images.width.max(1) as f32;
            let (rect, response) = ui.allocate_exact_size(vec2(side, height), Sense::hover());
            response
                .widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("image {image}")));
            if let Some((_, Some(atlas))) = &self.large {
                atlas.paint(ui.painter(), 0, rect);
            }
            ui.vertical(|ui| match verdict {
                Some(verdict) => bars_ui(ui, subject.data, image, verdict),
                None => {
                    ui.weak("not answered yet");
                }
            });
        });
    }
}

/// `image 17: a circle; the network says square, 62 %`.
fn sentence(data: &DataSet, image: u32, verdict: Option<&Verdict>) -> String {
    let label = data.test.labels[image as usize] as usize;
    let is = format!("image {image}: {}", class(data, label));
    match verdict {
        Some(verdict) if verdict.class == label => format!(
            "{is}; the network says so too, {:.0} %",
            100.0 * verdict.probability
        ),
        Some(verdict) => format!(
            "{is}; the network says {}, {:.0} % (wrong)",
            class(data, verdict.class),
            100.0 * verdict.probability
        ),
        None => format!("{is}; not answered yet"),
    }
}

fn class(data: &DataSet, class: usize) -> &str {
    data.classes.get(class).map_or("?", String::as_str)
}

fn bars_ui(ui: &mut Ui, data: &DataSet, image: u32, verdict: &Verdict) {
    let label = data.test.labels[image as usize] as usize;
    let mut order: Vec<usize> = (0..verdict.probabilities.len()).collect();
    if order.len() > BARS {
        let probability = |class: &usize| verdict.probabilities[*class];
        order.sort_by(|left, right| probability(right).total_cmp(&probability(left)));
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for place in order.iter().take(BARS) {
        let share = f64::from(verdict.probabilities[*place]);
        let name = class(data, *place);
        let (is_label, is_answer) = (*place == label, *place == verdict.class);
        let role = match (is_label, is_answer) {
            (true, _) => " (label)",
            (false, true) => " (wrong)",
            (false, false) => "",
        };
        Bar {
            label: name,
            share: Some(share),
            colour: SERIES[if is_label { 2 } else { 0 }],
            strong: is_label || is_answer,
            mark: Some((is_label || is_answer).then_some(is_label)),
            spoken: &format!("{name}{role}: {}", percent(share)),
            ..Bar::default()
        }
        .ui(ui)
        .on_hover_text(format!("The network's probability of {name}{role}."));
    }
    if order.len() > BARS {
        let rest = order[BARS..].iter();
        let rest: f32 = rest.map(|class| verdict.probabilities[*class]).sum();
        let others = order.len() - BARS;
        ui.weak(format!(
            "{others} other classes: {:.1} % together",
            100.0 * rest
        ));
    }
}

/// One image of the page.
struct Cell<'a> {
    data: &'a DataSet,
    image: u32,
    verdict: Option<&'a Verdict>,
    is_picked: bool,
}

impl Cell<'_> {
    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, atlas: Option<&Atlas>, place: usize) {
        let painter = ui.painter();
        let visuals = ui.style().interact_selectable(response, self.is_picked);
        if self.is_picked || response.hovered() || response.has_focus() {
            painter.rect_filled(rect, 3.0, visuals.weak_bg_fill);
            painter.rect_stroke(rect, 3.0, visuals.fg_stroke, egui::StrokeKind::Inside);
        }
        let images = &self.data.test;
        let largest = images.width.max(images.height).max(1) as f32;
        let size = vec2(images.width as f32, images.height as f32) * (PICTURE / largest);
        let centre = rect.min + vec2(3.0, 3.0) + vec2(PICTURE, PICTURE) / 2.0;
        if let Some(atlas) = atlas {
            atlas.paint(painter, place, Rect::from_center_size(centre, size));
        }
        let colour = ui.visuals().text_color();
        let label = self.data.test.labels[self.image as usize] as usize;
        let line = |row: f32| rect.top() + PICTURE + 3.0 + line_height(ui) * row;
        let left = rect.left() + 3.0;
        let is = small(ui, class(self.data, label), CELL - 6.0, colour);
        painter.galley(pos2(left, line(0.0)), is, colour);
        let Some(verdict) = self.verdict else {
            let text = small(ui, "…", CELL, colour);
            painter.galley(pos2(left, line(1.0)), text, colour);
            return;
        };
        let is_right = verdict.class == label;
        let beside = left + PICTURE + 4.0;
        tick_or_cross(
            ui.painter(),
            pos2(beside + 6.0, rect.top() + 12.0),
            is_right,
        );
        let share = format!("{:.0} %", 100.0 * verdict.probability);
        let share = small(ui, &share, CELL, colour);
        painter.galley(pos2(beside, rect.top() + 24.0), share, colour);
        let says = if is_right {
            "right".to_owned()
        } else {
            format!("says {}", class(self.data, verdict.class))
        };
        let says = small(ui, &says, CELL - 6.0, colour);
        painter.galley(pos2(left, line(1.0)), says, colour);
    }
}

/// Points between two lines below a picture: more where letters are larger.
fn line_height(ui: &Ui) -> f32 {
    LINE.max(ui.text_style_height(&egui::TextStyle::Small))
}

fn small(ui: &Ui, text: &str, width: f32, colour: Color32) -> std::sync::Arc<egui::Galley> {
    let font = FontSelection::Style(egui::TextStyle::Small).resolve(ui.style());
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}
