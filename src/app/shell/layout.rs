//! Where form and panes are, in every layout class. Each class keeps its own arrangement, so that a
//! window that is turned or resized, and back again, is as the reader left it.

use egui::{Button, Frame, Ui, Vec2};
use egui_tiles::Tree;

use crate::app::layout_class::LayoutClass;
use crate::app::panes::{self, Pane, Panes};

/// Height of a tab, in points, where one pane is shown at a time.
const TAB: f32 = 38.0;
/// From this width, in points, all tabs stand beside each other; below in two rows.
const ONE_ROW: f32 = 520.0;

/// The arrangements.
#[derive(Default)]
pub(super) struct Layout {
    /// The class of the last frame.
    pub class: LayoutClass,
    pub wide: Option<Tree<Pane>>,
    pub tall: Option<Tree<Pane>>,
    /// The pane that is shown where there is room for one.
    pub front: Pane,
    /// The form is shown in the panes' place, where there is room for one of them.
    pub is_form_open: bool,
}

impl Layout {
    /// Brings a pane to the front, in every class.
    pub fn show(&mut self, pane: Pane) {
        for tree in [&mut self.wide, &mut self.tall].into_iter().flatten() {
            panes::show(tree, pane);
        }
        self.front = pane;
        self.is_form_open = false;
    }

    /// Whether a pane is on the screen.
    pub fn shows(&self, pane: Pane) -> bool {
        let is_active = |tree: &Tree<Pane>| {
            let mut shown = tree.active_tiles().into_iter();
            shown.any(|tile| tree.tiles.get_pane(&tile) == Some(&pane))
        };
        match self.class {
            LayoutClass::Compact => self.front == pane && !self.is_form_open,
            LayoutClass::Tall => self.tall.as_ref().is_some_and(is_active),
            LayoutClass::Wide => self.wide.as_ref().is_some_and(is_active),
        }
    }

    /// All panes where they were at first.
    pub fn reset(&mut self) {
        *self = Self {
            class: self.class,
            ..Self::default()
        };
    }

    /// Whether the form is shown instead of the panes.
    pub fn is_form_alone(&self) -> bool {
        self.class == LayoutClass::Compact && self.is_form_open
    }

    /// Draws the panes.
    pub fn ui(&mut self, ui: &mut Ui, panes: &mut Panes<'_>) {
        let size = ui.available_size();
        match self.class {
            LayoutClass::Compact => self.one_ui(ui, panes),
            LayoutClass::Tall => {
                let tree = self.tall.get_or_insert_with(panes::tall_layout);
                tree.ui(panes, ui);
            }
            LayoutClass::Wide => {
                let tree = self.wide.get_or_insert_with(|| panes::first_layout(size));
                tree.ui(panes, ui);
            }
        }
    }

    fn one_ui(&mut self, ui: &mut Ui, panes: &mut Panes<'_>) {
        self.tabs_ui(ui);
        let front = self.front;
        let frame = Frame::central_panel(ui.style());
        if front.scrolls() {
            frame.show(ui, |ui| panes.show(ui, front));
            return;
        }
        let room = ui.available_height() - frame.total_margin().sum().y;
        egui::ScrollArea::vertical()
            .id_salt(("one pane", front.title()))
            .auto_shrink(false)
            .show(ui, |ui| {
                frame.show(ui, |ui| {
                    let size = Vec2::new(ui.available_width(), room.max(front.least_height()));
                    ui.allocate_ui(size, |ui| {
                        ui.set_min_size(size);
                        panes.show(ui, front);
                    });
                });
            });
    }

    fn tabs_ui(&mut self, ui: &mut Ui) {
        let columns = match ui.available_width() < ONE_ROW {
            true => Pane::ALL.len() / 2,
            false => Pane::ALL.len(),
        };
        let gap = 2.0;
        let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            for row in Pane::ALL.chunks(columns) {
                ui.horizontal(|ui| {
                    for pane in row {
                        let tab = Button::selectable(self.front == *pane, pane.title());
                        let tab = tab.frame_when_inactive(true);
                        if ui.add_sized([width, TAB], tab).clicked() {
                            self.front = *pane;
                        }
                    }
                });
            }
        });
    }
}
