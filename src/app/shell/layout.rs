//! Where form and panes are, in every layout class. Each class keeps its own arrangement, so that a
//! window that is turned or resized, and back again, is as the reader left it.

use egui::{Button, Frame, Ui, Vec2};
use egui_tiles::Tree;

use crate::app::layout_class::LayoutClass;
use crate::app::panes::{self, Panes};
use crate::app::views::ViewId;

/// Height of a tab, in points, where one pane is shown at a time.
const TAB: f32 = 38.0;
/// From this width of a tab, in points, its view's sign stands before the title.
const SIGNED_TAB: f32 = 90.0;

/// From this width, in points, all tabs stand beside each other; below in two rows.
const ONE_ROW: f32 = 520.0;

/// The arrangements.
#[derive(Default)]
pub(super) struct Layout {
    /// The class of the last frame.
    pub class: LayoutClass,
    pub wide: Option<Tree<ViewId>>,
    pub tall: Option<Tree<ViewId>>,
    /// The view that is shown where there is room for one.
    pub front: ViewId,
    /// The form is shown in the panes' place, where there is room for one of them.
    pub is_form_open: bool,
    /// The view that is shown alone, in place of all panes.
    pub alone: Option<ViewId>,
}

impl Layout {
    /// Brings a view to the front, in every class.
    pub fn show(&mut self, id: ViewId) {
        for tree in [&mut self.wide, &mut self.tall].into_iter().flatten() {
            panes::show(tree, id);
        }
        self.front = id;
        self.alone = self.alone.map(|_| id);
        self.is_form_open = false;
    }

    /// Whether a view is on the screen.
    pub fn shows(&self, id: ViewId) -> bool {
        let is_active = |tree: &Tree<ViewId>| {
            let mut shown = tree.active_tiles().into_iter();
            shown.any(|tile| tree.tiles.get_pane(&tile) == Some(&id))
        };
        match self.class {
            LayoutClass::Tall | LayoutClass::Wide if self.alone.is_some() => self.alone == Some(id),
            LayoutClass::Compact => self.front == id && !self.is_form_open,
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

    /// Draws the views.
    pub fn ui(&mut self, ui: &mut Ui, panes: &mut Panes<'_>) {
        let size = ui.available_size();
        match self.class {
            LayoutClass::Compact => self.one_ui(ui, panes),
            LayoutClass::Tall | LayoutClass::Wide if self.alone.is_some() => {
                self.alone_ui(ui, panes)
            }
            LayoutClass::Tall => {
                let tree = self
                    .tall
                    .get_or_insert_with(|| panes::tall_layout(panes.views));
                panes.show_all(ui, tree);
            }
            LayoutClass::Wide => {
                let tree = self
                    .wide
                    .get_or_insert_with(|| panes::first_layout(panes.views, size));
                panes.show_all(ui, tree);
            }
        }
        self.alone = panes.chosen_alone.or(self.alone);
    }

    /// Draws one view in place of all panes.
    fn alone_ui(&mut self, ui: &mut Ui, panes: &mut Panes<'_>) {
        let Some(id) = self.alone else {
            return;
        };
        let is_left = ui.horizontal(|ui| {
            let tab = ui.add(Button::selectable(true, panes.tab_text(id)));
            let tab = panes.told(tab, id, true);
            let tip = "Show all panes again (Escape, or a double click on the tab)";
            let back = ui.button("All panes").on_hover_text(tip);
            tab.double_clicked() || back.clicked()
        });
        // What lies over the panes is closed by Escape first.
        let is_covered = ui.memory(|memory| memory.top_modal_layer().is_some())
            || egui::Popup::is_any_open(ui.ctx())
            || ui.memory(|memory| memory.focused().is_some());
        let is_escaped = !is_covered && ui.input(|input| input.key_pressed(egui::Key::Escape));
        if is_left.inner || is_escaped {
            self.alone = None;
        }
        Frame::central_panel(ui.style()).show(ui, |ui| panes.show(ui, id));
    }

    fn one_ui(&mut self, ui: &mut Ui, panes: &mut Panes<'_>) {
        self.tabs_ui(ui, panes);
        let front = self.front;
        let view = panes.views.get(front);
        let (salt, scrolls) = (("one pane", view.title()), view.scrolls());
        let least_height = view.least_height();
        let frame = Frame::central_panel(ui.style());
        if scrolls {
            frame.show(ui, |ui| panes.show(ui, front));
            return;
        }
        let room = ui.available_height() - frame.total_margin().sum().y;
        egui::ScrollArea::vertical()
            .id_salt(salt)
            .auto_shrink(false)
            .show(ui, |ui| {
                frame.show(ui, |ui| {
                    let size = Vec2::new(ui.available_width(), room.max(least_height));
                    ui.allocate_ui(size, |ui| {
                        ui.set_min_size(size);
                        panes.show(ui, front);
                    });
                });
            });
    }

    fn tabs_ui(&mut self, ui: &mut Ui, panes: &Panes<'_>) {
        let columns = match ui.available_width() < ONE_ROW {
            true => ViewId::ALL.len().div_ceil(2),
            false => ViewId::ALL.len(),
        };
        let gap = 2.0;
        let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            // Four of them in a row of a phone leave no room for more.
            ui.spacing_mut().button_padding.x = gap;
            for row in ViewId::ALL.chunks(columns) {
                ui.horizontal(|ui| {
                    for id in row {
                        let is_shown = self.front == *id;
                        let text = match width < SIGNED_TAB {
                            true => panes.title(*id).to_owned(),
                            false => panes.tab_text(*id),
                        };
                        let tab = Button::selectable(is_shown, text);
                        let tab = tab.frame_when_inactive(true);
                        let tab = ui.add_sized([width, TAB], tab);
                        if panes.told(tab, *id, is_shown).clicked() {
                            self.front = *id;
                        }
                    }
                });
            }
        });
    }
}
