//! Every channel of every layer: a row a layer, a cell a channel.
//!
//! `geometry` says where cells lie, `order` how a layer's channels are sorted, `paint` makes the mesh
//! with `marks` for what is off, in the colours of `scale`; `keys` moves the pick, `legend` says how to
//! read it.

mod geometry;
mod keys;
mod legend;
pub(super) mod marks;
mod order;
mod paint;
mod scale;

use std::ops::Range;
use std::sync::Arc;

use eframe::Storage;
use egui::epaint::Mesh;
use egui::{FontId, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2};
use serde::{Deserialize, Serialize};

use crate::app::action::Action;
use crate::app::channels::{ByHand, ChannelReply, Layers, Pick, Shown};
use crate::app::layout_class::{is_for_touch, is_touched};
use crate::app::shared::Shared;
use crate::app::view::{Place, View, recall};
use crate::app::{focus, touch};
use crate::numbers::{grouped, signed};
use crate::study::gamma::Norms;
use geometry::{Geometry, LOWEST_ROW, READABLE_ROW, TOUCH_ROW};
pub use order::Order;
use order::Sorted;
pub use scale::Colours;
use scale::{Scale, StartScale};

/// The name that the view is kept under.
const KEPT: &str = "heat-map";

/// The map, and how the reader wants it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeatMap {
    /// What a layer's channels are sorted by.
    pub order: Order,
    /// Whether each layer fills the width, however many channels it has.
    pub fills_width: bool,
    /// Whether all layers are shown at once, however low their rows get.
    pub all_at_once: bool,
    /// What the colours show.
    pub colours: Colours,
    /// Whether the scale grows with the largest value shown. Otherwise it stays during a run.
    pub grows: bool,
    /// The value that a scale that stays ends at; that of the run's start, where none is given.
    pub brightest: Option<f32>,
    #[serde(skip)]
    start: StartScale,
    #[serde(skip)]
    largest_change: Option<(Arc<Norms>, Arc<Norms>, f32)>,
    #[serde(skip)]
    sorted: Sorted,
    #[serde(skip)]
    drawn: Option<CellMesh>,
    #[serde(skip)]
    label_width: Option<(Arc<Layers>, FontId, f32, f32)>,
    #[serde(skip)]
    last_pick: Option<Pick>,
}

/// The mesh on the screen, and what it was made of.
#[derive(Clone, Debug)]
struct CellMesh {
    layers: Arc<Layers>,
    norms: Arc<Norms>,
    by_hand: ByHand,
    order: Order,
    start: Arc<Norms>,
    scale: Scale,
    /// Threshold, pixels a point.
    numbers: [f32; 2],
    geometry: Geometry,
    rows: Range<usize>,
    origin: Pos2,
    mesh: Arc<Mesh>,
}

impl HeatMap {
    /// Layers whose cells were drawn last, by their place in the network.
    pub fn drawn_rows(&self) -> Range<usize> {
        self.drawn.as_ref().map_or(0..0, |drawn| drawn.rows.clone())
    }

    /// Corners of what was drawn last; it stays the same mesh while nothing changes.
    pub fn drawn_mesh(&self) -> Option<&Arc<Mesh>> {
        self.drawn.as_ref().map(|drawn| &drawn.mesh)
    }

    /// Where a channel's cell was drawn last, in points on the screen; part of it may be scrolled out
    /// of sight. `None` where there is no such channel, or nothing was drawn yet.
    pub fn cell_on_screen(&self, layer: usize, channel: usize) -> Option<Rect> {
        let drawn = self.drawn.as_ref()?;
        drawn.layers.flat(layer, channel)?;
        let place = self.sorted.place(&drawn.layers, layer, channel);
        let channels = drawn.layers.range(layer).len();
        let cell = drawn.geometry.cell(layer, place, channels);
        Some(cell.translate(drawn.origin.to_vec2()))
    }

    /// The |γ| that is drawn brightest, or the change, either way, that is drawn darkest.
    pub fn largest_drawn(&self) -> f32 {
        let largest = match (self.grows, self.colours) {
            (false, _) => self.brightest.unwrap_or(self.start.end()),
            (true, Colours::Magnitude) => self.sorted.largest(),
            (true, Colours::Change) => self.largest_change.as_ref().map_or(0.0, |known| known.2),
        };
        if largest > 0.0 { largest } else { 1.0 }
    }

    fn scale(&self) -> Scale {
        Scale {
            colours: self.colours,
            end: self.largest_drawn(),
        }
    }

    /// Works out what the scale ends at, where γ is another than in the last frame.
    fn update_scale(&mut self, shown: &Shown<'_>) {
        self.start.update(shown.start);
        let is_known = |(norms, start, _): &(Arc<Norms>, Arc<Norms>, f32)| {
            Arc::ptr_eq(norms, shown.norms) && Arc::ptr_eq(start, shown.start)
        };
        if !self.largest_change.as_ref().is_some_and(is_known) {
            let largest = scale::largest_change(shown);
            self.largest_change = Some((shown.norms.clone(), shown.start.clone(), largest));
        }
    }

    /// Draws it, and gives what the reader asks for.
    pub fn ui(&mut self, ui: &mut Ui, shown: &Shown<'_>) -> Option<ChannelReply> {
        if let Some(trouble) = shown.trouble() {
            ui.label(trouble);
            return None;
        }
        self.sorted.update(shown.layers, shown.norms, self.order);
        self.update_scale(shown);
        self.controls_ui(ui, shown);
        let room = ui.available_size().max(Vec2::splat(40.0));
        let geometry = self.geometry(ui, shown, room);
        egui::ScrollArea::both()
            .id_salt("channels")
            .auto_shrink(false)
            .show_viewport(ui, |ui, viewport| {
                self.map_ui(ui, shown, &geometry, viewport)
            })
            .inner
    }

    fn geometry(&mut self, ui: &Ui, shown: &Shown<'_>, room: Vec2) -> Geometry {
        let label_width = self.label_width(ui, shown.layers).min(0.4 * room.x);
        let lowest = match (self.all_at_once, is_for_touch(ui)) {
            (true, _) => LOWEST_ROW,
            (false, false) => READABLE_ROW,
            (false, true) => TOUCH_ROW,
        };
        let fit = |room| Geometry::fit(shown.layers, label_width, room, self.fills_width, lowest);
        let geometry = fit(room);
        let size = geometry.size(shown.layers);
        let bar = ui.spacing().scroll.bar_width + 2.0;
        let beside = if size.y > room.y { bar } else { 0.0 };
        let below = if size.x > room.x { bar } else { 0.0 };
        fit(room - Vec2::new(beside, below))
    }

    fn label_width(&mut self, ui: &Ui, layers: &Arc<Layers>) -> f32 {
        let font = egui::TextStyle::Small.resolve(ui.style());
        let zoom = ui.ctx().pixels_per_point();
        if let Some((of, with, at, width)) = &self.label_width
            && Arc::ptr_eq(of, layers)
            && *with == font
            && *at == zoom
        {
            return *width;
        }
        let names = (0..layers.len()).map(|layer| layers.name(layer));
        let longest = names.max_by_key(|name| name.len()).unwrap_or_default();
        let color = ui.visuals().text_color();
        let galley = ui
            .painter()
            .layout_no_wrap(longest.to_owned(), font.clone(), color);
        let width = galley.size().x + 8.0;
        self.label_width = Some((layers.clone(), font, zoom, width));
        width
    }

    fn map_ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        geometry: &Geometry,
        viewport: Rect,
    ) -> Option<ChannelReply> {
        let size = geometry.size(shown.layers);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let origin = rect.min;
        let visible = rect.intersect(ui.clip_rect());
        let response = ui.interact(visible, ui.scope_id().with("map"), Sense::click());
        response
            .widget_info(|| egui::WidgetInfo::labeled(Role::Canvas, ui.is_enabled(), label(shown)));

        let rows = geometry.rows_between(viewport.top(), viewport.bottom());
        let mesh = self.mesh(ui, shown, geometry, rows.clone(), origin);
        let mut cells_clip = visible;
        cells_clip.set_left((visible.left() + geometry.label_width).min(visible.right()));
        let painter = ui.painter().with_clip_rect(cells_clip);
        painter.add(Shape::mesh(mesh));
        self.paint_pick(ui, shown, geometry, origin, cells_clip);
        paint::labels(ui, shown, geometry, rows, origin, visible);

        let under = |point: Pos2| {
            let mut at = (point - origin).to_pos2();
            if is_touched(ui.ctx()) {
                at = geometry.nearest(shown.layers, at);
            }
            let (layer, place) = geometry.at(shown.layers, at, viewport.left().max(0.0))?;
            let channel = place.map(|place| self.sorted.channel(shown.layers, layer, place));
            Some(Pick { layer, channel })
        };
        if let Some(pick) = response.hover_pos().and_then(under) {
            tooltip(&response, shown, pick);
        }
        focus::frame(ui, &response, visible.shrink(0.5));
        if shown.picked != self.last_pick {
            self.last_pick = shown.picked;
            if let Some(pick) = shown.picked.filter(|p| p.layer < shown.layers.len()) {
                let cell = self
                    .cell_of(shown, geometry, pick)
                    .translate(origin.to_vec2());
                // The labels stand over the cells on the left.
                let left = cell.left() - geometry.label_width;
                ui.scroll_to_rect(cell.with_min_x(left), None);
            }
        }
        let clicked = if response.clicked_by(egui::PointerButton::Primary) {
            response.request_focus();
            touch::stay(ui.ctx());
            let pick = response.interact_pointer_pos().and_then(under);
            // A finger may miss: it picks first, and switches what is picked.
            let picks = is_touched(ui.ctx()) && pick != shown.picked;
            pick.map(|pick| match pick.channel.filter(|_| !picks) {
                Some(channel) => toggle(shown, pick.layer, channel),
                None => ChannelReply::Pick(pick),
            })
        } else if response.clicked() {
            let channel = shown.picked_flat();
            channel.map(|channel| ChannelReply::Toggle { channel })
        } else {
            None
        };
        clicked.or_else(|| self.keys(ui, &response, shown))
    }

    fn mesh(
        &mut self,
        ui: &Ui,
        shown: &Shown<'_>,
        geometry: &Geometry,
        rows: Range<usize>,
        origin: Pos2,
    ) -> Arc<Mesh> {
        let zoom = ui.ctx().pixels_per_point();
        let (scale, numbers) = (self.scale(), [shown.threshold, zoom]);
        let same = self.drawn.as_ref().is_some_and(|drawn| {
            Arc::ptr_eq(&drawn.layers, shown.layers)
                && Arc::ptr_eq(&drawn.norms, shown.norms)
                && drawn.by_hand == *shown.by_hand
                && Arc::ptr_eq(&drawn.start, shown.start)
                && drawn.order == self.order
                && drawn.scale == scale
                && drawn.numbers == numbers
                && drawn.geometry == *geometry
                && drawn.rows == rows
                && drawn.origin == origin
        });
        if !same {
            let mesh = paint::cells(
                shown,
                &self.sorted,
                geometry,
                rows.clone(),
                origin,
                scale,
                zoom,
            );
            self.drawn = Some(CellMesh {
                layers: shown.layers.clone(),
                norms: shown.norms.clone(),
                by_hand: shown.by_hand.clone(),
                start: shown.start.clone(),
                order: self.order,
                scale,
                numbers,
                geometry: *geometry,
                rows,
                origin,
                mesh: Arc::new(mesh),
            });
        }
        let drawn = self.drawn.as_ref();
        drawn.map(|drawn| drawn.mesh.clone()).unwrap_or_default()
    }

    /// The picked cell, or the picked layer's row.
    fn cell_of(&self, shown: &Shown<'_>, geometry: &Geometry, pick: Pick) -> Rect {
        let channels = shown.layers.range(pick.layer).len();
        match pick.channel.filter(|&channel| channel < channels) {
            Some(channel) => {
                let place = self.sorted.place(shown.layers, pick.layer, channel);
                geometry.cell(pick.layer, place, channels)
            }
            None => geometry.row(pick.layer, channels),
        }
    }

    fn paint_pick(
        &self,
        ui: &Ui,
        shown: &Shown<'_>,
        geometry: &Geometry,
        origin: Pos2,
        clip: Rect,
    ) {
        let Some(pick) = shown.picked.filter(|p| p.layer < shown.layers.len()) else {
            return;
        };
        let painter = ui.painter().with_clip_rect(clip);
        let channels = shown.layers.range(pick.layer).len();
        let row = geometry.row(pick.layer, channels);
        let row = row.translate(origin.to_vec2()).expand(0.5);
        let strong = ui.visuals().strong_text_color();
        painter.rect_stroke(
            row,
            0.0,
            Stroke::new(1.0, strong),
            egui::StrokeKind::Outside,
        );
        if pick.channel.is_some() {
            let cell = self.cell_of(shown, geometry, pick);
            let cell = cell.translate(origin.to_vec2());
            // White within black stands out from any cell.
            let outside = egui::StrokeKind::Outside;
            painter.rect_stroke(cell, 1.0, Stroke::new(3.5, egui::Color32::BLACK), outside);
            painter.rect_stroke(cell, 1.0, Stroke::new(2.0, egui::Color32::WHITE), outside);
        }
    }
}

impl View for HeatMap {
    fn title(&self) -> &'static str {
        "Channels"
    }

    fn icon(&self) -> &'static str {
        "▦"
    }

    fn help(&self) -> &'static str {
        "Every channel of every layer, darker as its γ goes to zero"
    }

    fn place(&self) -> Place {
        Place::Channels
    }

    fn picture_height(&self, shared: &Shared) -> f32 {
        let rows = shared
            .run
            .as_ref()
            .map_or(0, |run| run.norms.layers().len());
        // The bar of steps and the controls stand above.
        (170.0 + READABLE_ROW * rows as f32).max(560.0)
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        if let Some(run) = &shared.run {
            shared.scrub.ui(ui, &run.norms, Some(run.total_steps));
        }
        let shown = shared.shown(ui)?;
        let reply = self.ui(ui, &shown)?;
        shared.reply(reply);
        None
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
    }
}

fn toggle(shown: &Shown<'_>, layer: usize, channel: usize) -> ChannelReply {
    let channel = shown.layers.range(layer).start + channel;
    ChannelReply::Toggle { channel }
}

/// What a screen reader says of the map.
fn label(shown: &Shown<'_>) -> String {
    let picked = match (shown.picked_flat(), shown.picked) {
        (Some(flat), _) => shown.describe(flat),
        (None, Some(pick)) if pick.layer < shown.layers.len() => {
            format!("{}, no channel picked", shown.layers.name(pick.layer))
        }
        _ => "no channel picked".to_owned(),
    };
    format!("Channels, a row a layer: {picked}")
}

fn tooltip(response: &Response, shown: &Shown<'_>, pick: Pick) {
    let response = response.clone();
    let flat = pick.channel.and_then(|c| shown.layers.flat(pick.layer, c));
    response.on_hover_ui_at_pointer(|ui| match flat {
        Some(flat) => {
            shown.tooltip_ui(ui, flat);
            let (start, change) = (shown.start.gamma[flat], shown.change(flat));
            let (start, change) = (signed(start), signed(change));
            ui.label(format!(
                "At the start γ was {start}: |γ| changed by {change}."
            ));
            let turn = if shown.is_off(flat) { "on" } else { "off" };
            if is_touched(ui.ctx()) {
                ui.weak(format!("Tap it again: switch it {turn}."));
                return;
            }
            ui.weak(format!(
                "Click, or Space where it is picked: switch it {turn}. Arrow keys: pick another."
            ));
        }
        None => {
            let range = shown.layers.range(pick.layer);
            let channels = range.len();
            let off = range.filter(|&flat| shown.is_off(flat)).count();
            ui.strong(shown.layers.name(pick.layer));
            let (off, channels) = (grouped(off as u64), grouped(channels as u64));
            ui.label(format!("{off} of {channels} channels are off."));
            ui.weak("Click: pick this layer.");
        }
    });
}
