//! The panes in the middle: which there are, how they are laid out at first, and what each is given.

use egui::{Ui, Vec2, WidgetText};
use egui_tiles::{Behavior, SimplificationOptions, TileId, Tiles, Tree, UiResponse};
use serde::{Deserialize, Serialize};

use super::channels::heat_map::HeatMap;
use super::channels::layer::LayerView;
use super::channels::scrub::Scrub;
use super::channels::share::{Share, ShareReply};
use super::channels::{ChannelReply, Pick, Shown};
use super::curves::{Curves, Earlier, Input, Reply};
use super::inside::{Channel, Inside, Subject};
use super::run_view::RunView;
use super::switching_off::{Network, SwitchingOff};
use crate::network::graph::BatchNormId;

/// A pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pane {
    /// Loss, accuracy, learning rate.
    #[default]
    Curves,
    /// Every channel of every layer.
    Channels,
    /// The picked layer.
    Layer,
    /// The share of channels that are off, over the run.
    Share,
    /// What switching channels off does.
    SwitchingOff,
    /// Test images, answers, feature maps.
    Images,
}

impl Pane {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Curves,
        Self::Channels,
        Self::Layer,
        Self::Share,
        Self::SwitchingOff,
        Self::Images,
    ];

    /// What its tab says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curves => "Curves",
            Self::Channels => "Channels",
            Self::Layer => "Layer",
            Self::Share => "Share off",
            Self::SwitchingOff => "Switching off",
            Self::Images => "Images",
        }
    }

    /// Height below which it is of no use, in points; its view fills whatever there is above.
    pub fn least_height(self) -> f32 {
        match self {
            Self::Curves => 250.0,
            _ => 380.0,
        }
    }

    /// Whether its view scrolls by itself where it is too high.
    pub fn scrolls(self) -> bool {
        matches!(self, Self::SwitchingOff | Self::Images)
    }
}

/// Curves above channels, and beside them what acts on the network; in a window that is tall enough
/// images stand below.
pub fn first_layout(size: Vec2) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| tabs(&mut tiles, panes);
    let curves = tabs(&[Pane::Curves, Pane::Share]);
    let channels = tabs(&[Pane::Channels, Pane::Layer]);
    let right = if size.y >= 900.0 {
        let acting = tabs(&[Pane::SwitchingOff]);
        let seeing = tabs(&[Pane::Images]);
        tiles.insert_vertical_tile(vec![acting, seeing])
    } else {
        tabs(&[Pane::SwitchingOff, Pane::Images])
    };
    let left = tiles.insert_vertical_tile(vec![curves, channels]);
    let mut root = egui_tiles::Linear::new(egui_tiles::LinearDir::Horizontal, vec![left, right]);
    root.shares.set_share(left, 1.5);
    let root = tiles.insert_container(root);
    Tree::new(egui::Id::unique("panes"), root, tiles)
}

/// A group of panes, one of which is shown.
fn tabs(tiles: &mut Tiles<Pane>, panes: &[Pane]) -> TileId {
    let panes = panes.iter().map(|pane| tiles.insert_pane(*pane)).collect();
    tiles.insert_tab_tile(panes)
}

/// All above each other, for a window that stands upright.
pub fn tall_layout() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| tabs(&mut tiles, panes);
    let curves = tabs(&[Pane::Curves, Pane::Share]);
    let channels = tabs(&[Pane::Channels, Pane::Layer]);
    let acting = tabs(&[Pane::SwitchingOff, Pane::Images]);
    let root = tiles.insert_vertical_tile(vec![curves, channels, acting]);
    Tree::new(egui::Id::unique("panes above each other"), root, tiles)
}

/// Whether a layout that was kept has every pane once.
pub fn is_whole(tree: &Tree<Pane>) -> bool {
    let count = |pane| {
        let held = tree.tiles.tiles().filter(|tile| match tile {
            egui_tiles::Tile::Pane(held) => *held == pane,
            egui_tiles::Tile::Container(_) => false,
        });
        held.count()
    };
    tree.root().is_some() && Pane::ALL.into_iter().all(|pane| count(pane) == 1)
}

/// Makes the tab of a pane the one that is shown.
pub fn show(tree: &mut Tree<Pane>, pane: Pane) {
    tree.make_active(|_, tile| matches!(tile, egui_tiles::Tile::Pane(held) if *held == pane));
}

/// The views, each with what the reader chose in it.
#[derive(Default)]
pub struct Views {
    /// Curves.
    pub curves: Curves,
    /// Channels.
    pub heat_map: HeatMap,
    /// Which snapshot is shown.
    pub scrub: Scrub,
    /// One layer.
    pub layer: LayerView,
    /// The share that is off.
    pub share: Share,
    /// Switching off.
    pub switching_off: SwitchingOff,
    /// Images.
    pub inside: Inside,
}

/// What the views ask for that concerns more than one of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Measure what switching off does.
    pub measure: bool,
    /// Show images or feature maps anew.
    pub look: bool,
    /// Choose a run to compare with.
    pub compare: bool,
}

/// What panes are drawn from, for one frame.
pub struct Panes<'a> {
    /// The views.
    pub views: &'a mut Views,
    /// The run.
    pub run_view: Option<&'a mut RunView>,
    /// Runs to compare with.
    pub earlier: &'a mut Vec<Earlier>,
    /// What the reader picked.
    pub picked: &'a mut Option<Pick>,
    /// What was asked for in this frame.
    pub asked: Asked,
}

impl Panes<'_> {
    /// Draws a pane.
    pub fn show(&mut self, ui: &mut Ui, pane: Pane) {
        match pane {
            Pane::Curves => self.curves_ui(ui),
            Pane::Channels => self.channels_ui(ui),
            Pane::Layer => self.snapshot_ui(ui, |views, ui, shown| views.layer.ui(ui, shown)),
            Pane::Share => self.share_ui(ui),
            Pane::SwitchingOff => self.switching_off_ui(ui),
            Pane::Images => self.images_ui(ui),
        }
    }

    fn curves_ui(&mut self, ui: &mut Ui) {
        let nothing = Default::default();
        let (name, history) = match &self.run_view {
            Some(run_view) => (run_view.name(), &run_view.history),
            None => (String::new(), &nothing),
        };
        let input = Input {
            name: &name,
            history,
            earlier: self.earlier,
            marked_step: self.views.scrub.step(),
        };
        match self.views.curves.ui(ui, &input) {
            None => {}
            Some(Reply::Show { run, shown }) => self.earlier[run].shown = shown,
            Some(Reply::Remove(run)) => {
                self.earlier.remove(run);
            }
            Some(Reply::Compare) => self.asked.compare = true,
            Some(Reply::Mark(step)) => self.views.scrub.go(Some(step)),
        }
    }

    /// A view of one snapshot.
    fn snapshot_ui(
        &mut self,
        ui: &mut Ui,
        draw: impl FnOnce(&mut Views, &mut Ui, &Shown<'_>) -> Option<ChannelReply>,
    ) {
        let Some(run_view) = &self.run_view else {
            ui.label("Start or open a run: every channel of every layer is drawn here, and darkens as its γ goes to zero.");
            return;
        };
        let choice = self.views.switching_off.choice().clone();
        let Some(snapshot) = self.views.scrub.shown(&run_view.norms) else {
            return;
        };
        let shown = Shown {
            layers: run_view.norms.layers(),
            norms: &snapshot.norms,
            threshold: choice.threshold,
            with_beta: choice.with_beta,
            by_hand: choice.by_hand(),
            picked: *self.picked,
        };
        if let Some(reply) = draw(self.views, ui, &shown) {
            self.channel(reply);
        }
    }

    fn channels_ui(&mut self, ui: &mut Ui) {
        if let Some(run_view) = &self.run_view {
            let steps = run_view.opened.outlook.total_steps;
            self.views.scrub.ui(ui, &run_view.norms, Some(steps));
        }
        self.snapshot_ui(ui, |views, ui, shown| views.heat_map.ui(ui, shown));
    }

    fn share_ui(&mut self, ui: &mut Ui) {
        let Some(run_view) = &self.run_view else {
            ui.label("Start or open a run: the share of channels that are switched off is drawn here over its course.");
            return;
        };
        let (step, layer) = (self.views.scrub.step(), self.picked.map(|pick| pick.layer));
        match self.views.share.ui(ui, &run_view.norms, layer, step) {
            None => {}
            Some(ShareReply::Step(step)) => self.views.scrub.go(Some(step)),
            Some(ShareReply::Layer { layer, step }) => {
                self.views.scrub.go(Some(step));
                let channel = None;
                self.channel(ChannelReply::Pick(Pick { layer, channel }));
            }
        }
    }

    fn switching_off_ui(&mut self, ui: &mut Ui) {
        let network = self.run_view.as_ref().and_then(|run_view| {
            Some(Network {
                norms: &run_view.norms.last()?.norms,
                graph: &run_view.opened.start.graph,
                ranges: run_view.norms.layers().ranges(),
                test_images: run_view.opened.data.test.len(),
            })
        });
        self.asked.measure |= self.views.switching_off.ui(ui, network.as_ref());
        if let Some(run_view) = &mut self.run_view {
            let threshold = self.views.switching_off.threshold();
            run_view.norms.set_threshold(threshold);
        }
    }

    fn images_ui(&mut self, ui: &mut Ui) {
        let subject = self.run_view.as_ref().and_then(|run_view| {
            let last = run_view.norms.last()?;
            let picked = self.picked.and_then(|pick| {
                let (layer, channel) = (BatchNormId(pick.layer), pick.channel?);
                Some(Channel { layer, channel })
            });
            Some(Subject {
                data: &run_view.opened.data,
                graph: &run_view.opened.start.graph,
                ranges: run_view.norms.layers().ranges(),
                off: &self.views.switching_off.ablation(&last.norms).off,
                picked,
            })
        });
        let reply = self.views.inside.ui(ui, subject.as_ref());
        self.asked.look |= reply.request_changed;
        if let Some(Channel { layer, channel }) = reply.picked {
            let (layer, channel) = (layer.0, Some(channel));
            self.channel(ChannelReply::Pick(Pick { layer, channel }));
        }
    }

    /// A channel or a layer was picked, or a channel switched.
    fn channel(&mut self, reply: ChannelReply) {
        let Some(run_view) = &self.run_view else {
            return;
        };
        match reply {
            ChannelReply::Pick(pick) => {
                self.asked.look |= *self.picked != Some(pick);
                *self.picked = Some(pick);
            }
            ChannelReply::Toggle { channel } => {
                let place = run_view.norms.layers().place(channel);
                *self.picked = place.map(|(layer, channel)| Pick {
                    layer,
                    channel: Some(channel),
                });
                if let Some(last) = run_view.norms.last() {
                    self.views.switching_off.toggle(channel, &last.norms);
                }
                self.asked.look = true;
            }
        }
    }
}

impl Behavior<Pane> for Panes<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut Pane) -> UiResponse {
        let fill = ui.visuals().panel_fill;
        ui.painter().rect_filled(ui.max_rect(), 0.0, fill);
        egui::Frame::central_panel(ui.style()).show(ui, |ui| self.show(ui, *pane));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.title().into()
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
