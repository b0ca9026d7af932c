//! How the views are laid out at first, and how they are drawn as panes.

use egui::{Response, Ui, Vec2, WidgetInfo, WidgetText};
use egui_tiles::{Behavior, SimplificationOptions, Tile, TileId, Tiles, Tree, UiResponse};

use super::action::Action;
use super::shared::Shared;
use super::view::Place;
use super::views::{ViewId, Views};
use super::waiting;

/// Height of a window, in points, that is tall enough for images below what acts on the network.
const TALL: f32 = 900.0;

/// Curves above channels, and beside them what acts on the network; in a window that is tall enough
/// images stand below.
pub fn first_layout(views: &Views, size: Vec2) -> Tree<ViewId> {
    let mut tiles = Tiles::default();
    let mut tabs = |places: &[Place]| tabs(&mut tiles, views, places);
    let course = tabs(&[Place::Course]);
    let channels = tabs(&[Place::Channels]);
    let right = if size.y >= TALL {
        let acting = tabs(&[Place::Acting]);
        let seeing = tabs(&[Place::Seeing]);
        tiles.insert_vertical_tile(vec![acting, seeing])
    } else {
        tabs(&[Place::Acting, Place::Seeing])
    };
    let left = tiles.insert_vertical_tile(vec![course, channels]);
    let mut root = egui_tiles::Linear::new(egui_tiles::LinearDir::Horizontal, vec![left, right]);
    root.shares.set_share(left, 1.5);
    let root = tiles.insert_container(root);
    Tree::new(egui::Id::unique("panes"), root, tiles)
}

/// All above each other, for a window that stands upright.
pub fn tall_layout(views: &Views) -> Tree<ViewId> {
    let mut tiles = Tiles::default();
    let mut tabs = |places: &[Place]| tabs(&mut tiles, views, places);
    let course = tabs(&[Place::Course]);
    let channels = tabs(&[Place::Channels]);
    let right = tabs(&[Place::Acting, Place::Seeing]);
    let root = tiles.insert_vertical_tile(vec![course, channels, right]);
    Tree::new(egui::Id::unique("panes above each other"), root, tiles)
}

/// The views of some places as a group of tabs, one of which is shown.
fn tabs(tiles: &mut Tiles<ViewId>, views: &Views, places: &[Place]) -> TileId {
    let is_here = |id: &&ViewId| places.contains(&views.get(**id).place());
    let here = ViewId::ALL.iter().filter(is_here);
    let panes = here.map(|id| tiles.insert_pane(*id)).collect();
    tiles.insert_tab_tile(panes)
}

/// Whether a layout that was kept has every view once.
pub fn is_whole(tree: &Tree<ViewId>) -> bool {
    let count = |id| {
        let held = tree.tiles.tiles().filter(|tile| match tile {
            Tile::Pane(held) => *held == id,
            Tile::Container(_) => false,
        });
        held.count()
    };
    tree.root().is_some() && ViewId::ALL.iter().all(|id| count(*id) == 1)
}

/// Makes the tab of a view the one that is shown.
pub fn show(tree: &mut Tree<ViewId>, id: ViewId) {
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(held) if *held == id));
}

/// What panes are drawn from, for one frame.
pub struct Panes<'a> {
    /// The views.
    pub views: &'a mut Views,
    /// What they share.
    pub shared: &'a mut Shared,
    /// What was asked of the app in this frame.
    pub action: Option<Action>,
    /// The view whose tab was clicked twice: it is to be alone.
    pub chosen_alone: Option<ViewId>,
    /// The tabs in front. While a group of tabs is drawn, it is not among the tiles.
    in_front: Vec<TileId>,
}

impl<'a> Panes<'a> {
    /// For one frame.
    pub fn new(views: &'a mut Views, shared: &'a mut Shared) -> Self {
        Self {
            views,
            shared,
            action: None,
            chosen_alone: None,
            in_front: Vec::new(),
        }
    }

    /// Draws all views of a layout.
    pub fn show_all(&mut self, ui: &mut Ui, tree: &mut Tree<ViewId>) {
        self.in_front = tree.active_tiles();
        tree.ui(self, ui);
    }

    /// Draws a view.
    pub fn show(&mut self, ui: &mut Ui, id: ViewId) {
        // Curves of earlier runs can be looked at meanwhile.
        let has_some = id == ViewId::Curves && !self.shared.earlier.is_empty()
            || !self.views.get(id).needs_a_run();
        if let (Some(stage), None, false) = (self.shared.preparing, &self.shared.run, has_some) {
            waiting::ui(ui, stage);
            return;
        }
        let asked = self.views.get_mut(id).draw(ui, self.shared);
        self.action = self.action.or(asked);
    }

    /// What stands on a tab.
    pub fn tab_text(&self, id: ViewId) -> String {
        let view = self.views.get(id);
        format!("{} {}", view.icon(), view.title())
    }

    /// What its view is called.
    pub fn title(&self, id: ViewId) -> &'static str {
        self.views.get(id).title()
    }

    /// Tells of a tab what its view shows; its sign is not read out.
    pub fn told(&self, tab: Response, id: ViewId, is_shown: bool) -> Response {
        let view = self.views.get(id);
        tab.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_shown, view.title()));
        tab.on_hover_text(view.help())
    }
}

impl Behavior<ViewId> for Panes<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, id: &mut ViewId) -> UiResponse {
        let fill = ui.visuals().panel_fill;
        ui.painter().rect_filled(ui.max_rect(), 0.0, fill);
        egui::Frame::central_panel(ui.style()).show(ui, |ui| self.show(ui, *id));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, id: &ViewId) -> WidgetText {
        self.tab_text(*id).into()
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<ViewId>,
        tile: TileId,
        tab: Response,
    ) -> Response {
        let Some(id) = tiles.get_pane(&tile).copied() else {
            return tab;
        };
        if tab.double_clicked() {
            self.chosen_alone = Some(id);
        }
        let is_shown = self.in_front.contains(&tile);
        self.told(tab, id, is_shown)
    }

    fn tab_bar_height(&self, style: &egui::Style) -> f32 {
        style.spacing.interact_size.y.max(24.0)
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // A pane keeps its tab, by which it is moved.
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..Default::default()
        }
    }
}
