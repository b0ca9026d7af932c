//! What the channels of the picked layer make of the picked image.

use egui::{
    ComboBox, DragValue, Key, Rect, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::pictures::Atlas;
use super::{Channel, Inside, Subject};
use crate::app::focus;
use crate::app::layout_class::{drag_speed, is_for_touch};
use crate::app::theme::viridis;
use crate::network::graph::BatchNormId;
use crate::numbers::grouped;
use crate::study::probe::FeatureMaps;

/// Points of the picked channel's map.
const LARGE: f32 = 128.0;
/// Points of another channel's map.
const SMALL: f32 = 34.0;
/// The same for touch.
const LARGER: f32 = 38.0;
/// Points between two maps.
const GAP: f32 = 3.0;

/// The maps of one layer, with the textures of what is shown.
pub(super) struct Maps {
    maps: FeatureMaps,
    step: u64,
    /// The least and the greatest value of each channel.
    ranges: Vec<(f32, f32)>,
    /// Those of the whole layer.
    range: (f32, f32),
    /// Of all channels, on one scale or on scales of their own.
    small: Option<(bool, Option<Atlas>)>,
    /// Of one channel, likewise.
    large: Option<(usize, bool, Option<Atlas>)>,
}

impl Maps {
    /// `None` where the shape says other than the number of values.
    pub(super) fn new(maps: FeatureMaps, step: u64) -> Option<Self> {
        let plane = usize::try_from(maps.shape.pixels()).ok()?;
        if plane == 0 || maps.values.is_empty() || maps.shape.values() != maps.values.len() as u64 {
            return None;
        }
        let channels = maps.values.chunks(plane);
        let ranges: Vec<_> = channels
            .map(|values| range(values.iter().copied()))
            .collect();
        let range = range(ranges.iter().flat_map(|(low, high)| [*low, *high]));
        Some(Self {
            maps,
            step,
            ranges,
            range,
            small: None,
            large: None,
        })
    }

    fn scale(&self, channel: usize, one_scale: bool) -> (f32, f32) {
        if one_scale {
            self.range
        } else {
            self.ranges[channel]
        }
    }

    fn make_textures(&mut self, ui: &Ui, channel: usize, one_scale: bool) {
        if self
            .small
            .as_ref()
            .is_none_or(|(scale, _)| *scale != one_scale)
        {
            let scale = |channel| self.scale(channel, one_scale);
            let atlas = Atlas::of_maps(ui.ctx(), &self.maps, 0..self.ranges.len(), scale);
            self.small = Some((one_scale, atlas));
        }
        let large = self.large.as_ref();
        if large.is_none_or(|(of, scale, _)| (*of, *scale) != (channel, one_scale)) {
            let scale = |channel| self.scale(channel, one_scale);
            let atlas = Atlas::of_maps(ui.ctx(), &self.maps, channel..channel + 1, scale);
            self.large = Some((channel, one_scale, atlas));
        }
    }
}

/// The least and the greatest number; 0 and 0 where there is none.
fn range(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let numbers = values.filter(|value| !value.is_nan());
    let empty = (f32::INFINITY, f32::NEG_INFINITY);
    let range = numbers.fold(empty, |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if range.0 <= range.1 {
        range
    } else {
        (0.0, 0.0)
    }
}

impl Inside {
    /// Draws the maps, and says which channel the reader picked.
    pub(super) fn maps_ui(&mut self, ui: &mut Ui, subject: &Subject<'_>) -> Option<Channel> {
        ui.label(RichText::new("Feature maps").strong()).on_hover_text(
            "What the channels of one BatchNorm make of the picked image: the values after the addition \
             and the ReLU that follow it, where there are any, with the channels off that you switched off.",
        );
        let mut reply = picker_ui(ui, subject);
        let Some(picked) = subject.picked else {
            ui.weak("Pick a layer here, or a channel in the map of channels.");
            return reply;
        };
        let wanted = self.image().map(|image| (picked.layer, image));
        let one_scale = self.one_scale;
        let at_hand = self.maps.as_mut().filter(|maps| {
            Some((maps.maps.layer, maps.maps.image)) == wanted && picked.channel < maps.ranges.len()
        });
        let Some(maps) = at_hand else {
            ui.weak("working it out…");
            return reply;
        };
        maps.make_textures(ui, picked.channel, one_scale);
        let off = subject.ranges.get(picked.layer.0);
        let off = off
            .and_then(|range| subject.off.get(range.clone()))
            .unwrap_or(&[]);
        large_ui(ui, maps, picked.channel, one_scale, off);
        ui.checkbox(&mut self.one_scale, "One scale for all channels")
            .on_hover_text(
                "Colours stand for the same values in all maps of the layer, so that weak channels stay \
                 dark. Otherwise each map has a scale of its own.",
            );
        let channel = small_ui(ui, maps, picked.channel, off);
        ui.weak(format!(
            "After the addition and the ReLU of the layer; step {}. Click a map to pick its channel.",
            grouped(maps.step)
        ));
        let layer = picked.layer;
        reply = reply.or(channel.map(|channel| Channel { layer, channel }));
        reply
    }
}

/// Layer and channel as a list and a number.
fn picker_ui(ui: &mut Ui, subject: &Subject<'_>) -> Option<Channel> {
    let norms = &subject.graph.batch_norms;
    let mut layer = subject.picked.map(|picked| picked.layer.0);
    let mut channel = subject.picked.map_or(0, |picked| picked.channel);
    ui.horizontal_wrapped(|ui| {
        let name = layer.and_then(|layer| norms.get(layer));
        let shown = ComboBox::from_id_salt("layer")
            .selected_text(name.map_or("pick a layer", |norm| &norm.name))
            .show_ui(ui, |ui| {
                for (place, norm) in norms.iter().enumerate() {
                    ui.selectable_value(&mut layer, Some(place), &norm.name);
                }
            });
        shown
            .response
            .accessible_name("Layer of the feature maps")
            .on_hover_text("The BatchNorm whose channels are shown.");
        if let Some(norm) = layer.and_then(|layer| norms.get(layer)) {
            let last = (norm.channels as usize).saturating_sub(1);
            channel = channel.min(last);
            let label = ui.label("channel");
            ui.add(
                DragValue::new(&mut channel)
                    .range(0..=last)
                    .speed(drag_speed(ui, 0.1)),
            )
            .labelled_by(label.id)
            .on_hover_text(format!("The channel shown large, from 0 to {last}."));
        }
    });
    let now = layer.map(|layer| Channel {
        layer: BatchNormId(layer),
        channel,
    });
    now.filter(|_| now != subject.picked)
}

fn large_ui(ui: &mut Ui, maps: &Maps, channel: usize, one_scale: bool, off: &[bool]) {
    ui.horizontal_top(|ui| {
        let shape = maps.maps.shape;
        let side = LARGE.min(ui.available_width() * 0.5);
        let size = vec2(side, side * shape.height as f32 / shape.width as f32);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let text = describe(maps, channel, off);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &text));
        if let Some((_, _, Some(atlas))) = &maps.large {
            atlas.paint(ui.painter(), 0, rect);
        }
        response.on_hover_text(&text);
        ui.vertical(|ui| {
            ui.label(&text);
            ui.weak(format!("{}×{} values", shape.height, shape.width));
            legend_ui(ui, maps.scale(channel, one_scale));
        });
    });
}

/// `channel 17: 0.000 to 1.320 (off)`.
fn describe(maps: &Maps, channel: usize, off: &[bool]) -> String {
    let (low, high) = maps.ranges[channel];
    let is_off = off.get(channel).copied().unwrap_or(false);
    let off = if is_off { " (off)" } else { "" };
    format!("channel {channel}: {low:.3} to {high:.3}{off}")
}

/// What the colours stand for.
fn legend_ui(ui: &mut Ui, (low, high): (f32, f32)) {
    let size = vec2(ui.available_width().min(140.0), 10.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let text = format!("colours from {low:.3} (dark) to {high:.3} (bright)");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &text));
    response.on_hover_text(&text);
    let parts = 32;
    let width = rect.width() / parts as f32;
    for part in 0..parts {
        let left = rect.left() + part as f32 * width;
        let bar = Rect::from_min_size(pos2(left, rect.top()), vec2(width + 0.5, rect.height()));
        let shade = viridis(part as f32 / (parts - 1) as f32);
        ui.painter().rect_filled(bar, 0.0, shade);
    }
    ui.weak(format!("{low:.3} dark, {high:.3} bright"));
}

/// All channels of the layer in one widget: a click or the arrow keys pick one.
fn small_ui(ui: &mut Ui, maps: &Maps, picked: usize, off: &[bool]) -> Option<usize> {
    let channels = maps.ranges.len();
    let side = match is_for_touch(ui) {
        true => LARGER,
        false => SMALL,
    };
    let pitch = side + GAP;
    let columns = (((ui.available_width() + GAP) / pitch) as usize).clamp(1, channels);
    let rows = channels.div_ceil(columns);
    let size = vec2(columns as f32, rows as f32) * pitch - vec2(GAP, GAP);
    let (area, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let picked = describe(maps, picked, off);
        let label = format!("Maps of {channels} channels; picked {picked}");
        WidgetInfo::labeled(Role::ListBox, true, label)
    });
    let tile = |channel: usize| {
        let at = vec2((channel % columns) as f32, (channel / columns) as f32) * pitch;
        Rect::from_min_size(area.min + at, vec2(side, side))
    };
    let painter = ui.painter();
    for channel in 0..channels {
        let rect = tile(channel);
        if !ui.is_rect_visible(rect) {
            continue;
        }
        if let Some((_, Some(atlas))) = &maps.small {
            atlas.paint(painter, channel, rect);
        }
        if off.get(channel).copied().unwrap_or(false) {
            for colour in [egui::Color32::BLACK, egui::Color32::WHITE] {
                let width = if colour == egui::Color32::BLACK {
                    3.0
                } else {
                    1.2
                };
                let line = [rect.left_bottom(), rect.right_top()];
                painter.line_segment(line, Stroke::new(width, colour));
            }
        }
        if channel == picked {
            let line = Stroke::new(2.0, ui.visuals().strong_text_color());
            painter.rect_stroke(rect, 0.0, line, egui::StrokeKind::Outside);
        }
    }
    if response.has_focus() {
        let line = ui.visuals().selection.stroke;
        painter.rect_stroke(area.expand(3.0), 2.0, line, egui::StrokeKind::Outside);
    }
    let under = |at: egui::Pos2| (0..channels).find(|channel| tile(*channel).contains(at));
    let clicked = response
        .interact_pointer_pos()
        .filter(|_| response.clicked());
    let by_keys = keys(ui, &response, picked, columns, channels);
    if let Some(channel) = response.hover_pos().and_then(under) {
        response.on_hover_text_at_pointer(describe(maps, channel, off));
    }
    let channel = clicked.and_then(under).or(by_keys);
    channel.filter(|channel| *channel != picked)
}

fn keys(
    ui: &Ui,
    response: &Response,
    picked: usize,
    columns: usize,
    channels: usize,
) -> Option<usize> {
    if !focus::takes_arrows(ui, response, true) {
        return None;
    }
    let last = channels - 1;
    ui.input(|input| {
        let steps = [
            (Key::ArrowLeft, picked.checked_sub(1)),
            (Key::ArrowRight, Some(picked + 1)),
            (Key::ArrowUp, picked.checked_sub(columns)),
            (Key::ArrowDown, Some(picked + columns)),
            (Key::Home, Some(0)),
            (Key::End, Some(last)),
        ];
        let pressed = steps.into_iter().find(|(key, _)| input.key_pressed(*key));
        pressed.and_then(|(_, to)| to).filter(|to| *to <= last)
    })
}
