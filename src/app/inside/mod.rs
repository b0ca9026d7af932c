//! Test images with the network's answers, and what a channel makes of one.
//!
//! `answers` keeps what the network said and chooses a page of images, `pictures` makes textures,
//! `grid` draws the page and the picked image, `maps` the picked layer's channels.

use std::ops::Range;
use std::sync::Arc;

use eframe::Storage;
use egui::{ComboBox, Context, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::channels::Pick;
use super::halves::halves;
use super::shared::{News, Shared};
use super::view::{Place, View, recall};
use crate::data::DataSet;
use crate::network::Graph;
use crate::network::graph::BatchNormId;
use crate::numbers::grouped;
use crate::session::{Command, Event, Finding, Found, Look, Phase, RequestId};
use crate::study::ablation::Ablation;
use crate::train::metric::Metric;

mod answers;
mod grid;
mod maps;
mod pictures;

use answers::{Answers, LOOK_THROUGH, Network, Page, Selection};
pub use answers::{Filter, PAGE};
use maps::Maps;
use pictures::Atlas;

/// The name that it is kept under.
const KEPT: &str = "inside";
/// Width in points from which the picked image stands beside the page of images.
const WIDE: f32 = 640.0;

/// A channel, by its layer and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The layer.
    pub layer: BatchNormId,
    /// The channel within the layer.
    pub channel: usize,
}

/// What the view looks into.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its images.
    pub data: &'a Arc<DataSet>,
    /// The network's layers.
    pub graph: &'a Graph,
    /// Where each BatchNorm's channels lie, as of [`crate::study::gamma::channel_ranges`].
    pub ranges: &'a [Range<usize>],
    /// Which channels are off, BatchNorm after BatchNorm; may be empty.
    pub off: &'a [bool],
    /// The channel the reader picked, here or elsewhere.
    pub picked: Option<Channel>,
}

/// What the reader asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Whether other images or feature maps are wanted than were asked for.
    pub request_changed: bool,
    /// The channel picked just now.
    pub picked: Option<Channel>,
}

/// The view: a page of test images with the network's answers, the picked one large, and the feature
/// maps of the picked channel's layer.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inside {
    selection: Selection,
    one_scale: bool,
    #[serde(skip)]
    image: Option<u32>,
    #[serde(skip)]
    through: usize,
    #[serde(skip)]
    answers: Answers,
    #[serde(skip)]
    sent: Option<Sent>,
    #[serde(skip)]
    page: Option<Paged>,
    #[serde(skip)]
    large: Option<(u32, Option<Atlas>)>,
    #[serde(skip)]
    maps: Option<Maps>,
    #[serde(skip)]
    wanted_maps: Option<(BatchNormId, u32)>,
    /// What is wanted is to be asked for, also where it was asked for before.
    #[serde(skip)]
    is_due: bool,
}

/// What is known of the request that was sent last.
struct Sent {
    request: RequestId,
    ablation: Ablation,
    ablations: u64,
    images: Vec<u32>,
    maps: Option<(BatchNormId, u32)>,
}

/// The page at hand, and what it was worked out from.
struct Paged {
    data: Arc<DataSet>,
    selection: Selection,
    through: usize,
    version: u64,
    page: Page,
    atlas: Option<Atlas>,
}

impl Inside {
    /// The test image shown large.
    pub fn image(&self) -> Option<u32> {
        let first = || self.page.as_ref()?.page.shown.first().copied();
        self.image.or_else(first)
    }

    /// Test images of which answers are wanted.
    pub fn images(&self) -> &[u32] {
        self.page.as_ref().map_or(&[], |page| &page.page.wanted)
    }

    /// The layer and the test image of which feature maps are wanted.
    pub fn maps(&self) -> Option<(BatchNormId, u32)> {
        self.wanted_maps
    }

    /// What this view wants to be shown.
    pub fn look(&self, id: RequestId, ablation: Ablation) -> Look {
        let mut images = self.images().to_vec();
        images.extend(self.image().filter(|image| !images.contains(image)));
        Look {
            id,
            ablation,
            images,
            maps: self.wanted_maps,
        }
    }

    /// This was asked for: what is found for earlier ones no longer counts.
    pub fn expect(&mut self, look: &Look) {
        let ablations = match &self.sent {
            Some(sent) if sent.ablation == look.ablation => sent.ablations,
            Some(sent) => sent.ablations + 1,
            None => 0,
        };
        self.sent = Some(Sent {
            request: look.id,
            ablation: look.ablation.clone(),
            ablations,
            images: look.images.clone(),
            maps: look.maps,
        });
    }

    /// Takes in what was found, and says whether it was for the request sent last and belongs here.
    pub fn take_found(&mut self, found: &Found) -> bool {
        let Some(sent) = self
            .sent
            .as_ref()
            .filter(|sent| sent.request == found.request)
        else {
            return false;
        };
        match &found.finding {
            Finding::Answers(answers) => {
                let of = Network {
                    step: found.step,
                    ablation: sent.ablations,
                };
                self.answers.take(of, answers);
                true
            }
            Finding::Maps(maps) => {
                self.maps = Maps::new(maps.clone(), found.step);
                self.maps.is_some()
            }
            _ => false,
        }
    }

    /// Another network or other data: what was answered is no longer of it.
    pub fn forget(&mut self) {
        *self = Self {
            selection: Selection {
                class: None,
                page: 0,
                ..self.selection
            },
            one_scale: self.one_scale,
            ..Self::default()
        };
    }

    /// Draws the view, and says what the reader asks for. `None` before there is a network.
    pub fn ui(&mut self, ui: &mut Ui, subject: Option<&Subject<'_>>) -> Reply {
        let Some(subject) = subject else {
            ui.label(
                "Start or open a run: here are its test images, what the network says of them, and what \
                 a channel makes of one.",
            );
            return Reply::default();
        };
        if subject.data.test.is_empty() {
            ui.label("The data set has no test images.");
            return Reply::default();
        }
        let mut reply = Reply::default();
        self.turn_pages(ui, subject);
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let page = |view: &mut Self, ui: &mut Ui| view.page_ui(ui, subject);
                let picked = |view: &mut Self, ui: &mut Ui| {
                    reply.picked = view.picked_ui(ui, subject);
                };
                halves(ui, WIDE, self, page, picked);
            });
        self.turn_pages(ui, subject);
        let image = self.image();
        self.wanted_maps = image.and_then(|image| Some((subject.picked?.layer, image)));
        reply.request_changed = self.wants_more();
        reply
    }

    fn picked_ui(&mut self, ui: &mut Ui, subject: &Subject<'_>) -> Option<Channel> {
        self.image_ui(ui, subject);
        ui.separator();
        self.maps_ui(ui, subject)
    }

    /// Whether something is wanted that was neither asked for nor answered.
    fn wants_more(&self) -> bool {
        let Some(sent) = &self.sent else {
            return self.page.is_some();
        };
        let is_known = |image: &u32| self.answers.of(*image).is_some();
        let wanted = self.images();
        let is_asked = sent.images.starts_with(wanted);
        let image = self.image();
        let lacks_image =
            image.is_some_and(|image| !is_known(&image) && !sent.images.contains(&image));
        (self.wanted_maps.is_some() && self.wanted_maps != sent.maps)
            || lacks_image
            || (!is_asked && !wanted.iter().all(is_known))
    }

    /// Works the page out anew where something it depends on changed.
    fn turn_pages(&mut self, ui: &Ui, subject: &Subject<'_>) {
        let classes = subject.data.classes.len() as u32;
        let class = self.selection.class.filter(|class| *class < classes);
        self.selection.class = class;
        let has_other_data = |page: &Paged| !Arc::ptr_eq(&page.data, subject.data);
        if self.page.as_ref().is_some_and(has_other_data) {
            self.forget();
        }
        let is_other = |page: &Paged, this: &Self| {
            page.selection.filter != this.selection.filter || page.selection.class != class
        };
        if self.page.as_ref().is_none_or(|page| is_other(page, self)) {
            self.through = LOOK_THROUGH;
        }
        let is_current = self.page.as_ref().is_some_and(|page| {
            page.selection == self.selection
                && page.through == self.through
                && page.version == self.answers.version
        });
        if is_current {
            return;
        }
        let images = &subject.data.test;
        let page = Page::of(self.selection, images, &self.answers, self.through);
        if page.needs_more && self.selection.filter != Filter::All {
            self.through *= 2;
            return self.turn_pages(ui, subject);
        }
        if self.selection.page > 0 && page.shown.is_empty() && page.matching > 0 {
            self.selection.page = page.pages() - 1;
            return self.turn_pages(ui, subject);
        }
        let before = self.page.take();
        let before = before.filter(|before| before.page.shown == page.shown);
        let atlas = match before {
            Some(before) => before.atlas,
            None => Atlas::of_images(ui.ctx(), images, &page.shown),
        };
        self.page = Some(Paged {
            data: subject.data.clone(),
            selection: self.selection,
            through: self.through,
            version: self.answers.version,
            page,
            atlas,
        });
    }

    fn selection_ui(&mut self, ui: &mut Ui, subject: &Subject<'_>) {
        let before = (self.selection.filter, self.selection.class);
        ui.horizontal_wrapped(|ui| {
            for (filter, text, hint) in [
                (Filter::All, "All", "All test images."),
                (
                    Filter::Wrong,
                    "Wrong",
                    "Test images that the network gets wrong.",
                ),
                (
                    Filter::Right,
                    "Right",
                    "Test images that the network gets right.",
                ),
            ] {
                ui.radio_value(&mut self.selection.filter, filter, text)
                    .on_hover_text(hint);
            }
            let classes = &subject.data.classes;
            let name = |class: Option<u32>| match class {
                Some(class) => classes[class as usize].as_str(),
                None => "all classes",
            };
            let shown = ComboBox::from_id_salt("class")
                .selected_text(name(self.selection.class))
                .show_ui(ui, |ui| {
                    let choices = (0..classes.len() as u32).map(Some);
                    for class in std::iter::once(None).chain(choices) {
                        ui.selectable_value(&mut self.selection.class, class, name(class));
                    }
                });
            shown
                .response
                .accessible_name("Class of the images")
                .on_hover_text("Only images of this class.");
        });
        if before != (self.selection.filter, self.selection.class) {
            self.selection.page = 0;
        }
    }

    fn paging_ui(&mut self, ui: &mut Ui) {
        let Some(Paged { page, .. }) = &self.page else {
            return;
        };
        let (pages, at) = (page.pages(), self.selection.page);
        ui.horizontal_wrapped(|ui| {
            let back = ui
                .add_enabled(at > 0, egui::Button::new("Previous"))
                .on_hover_text("The page of images before.");
            let next = ui
                .add_enabled(at + 1 < pages, egui::Button::new("Next"))
                .on_hover_text("The next page of images.");
            ui.label(format!(
                "page {} of {}",
                grouped(at as u64 + 1),
                grouped(pages as u64)
            ));
            if back.clicked() {
                self.selection.page = at - 1;
            } else if next.clicked() {
                self.selection.page = at + 1;
            }
        });
        let what = match self.selection.filter {
            Filter::All => format!("{} images", grouped(page.matching as u64)),
            Filter::Wrong => format!("{} wrong", grouped(page.matching as u64)),
            Filter::Right => format!("{} right", grouped(page.matching as u64)),
        };
        let [answered, of_class] = [page.answered, page.of_class].map(|n| grouped(n as u64));
        let step = self
            .answers
            .step()
            .map_or_else(String::new, |step| format!(", at step {}", grouped(step)));
        ui.weak(format!("{what}; {answered} of {of_class} answered{step}"))
            .on_hover_text("Right and wrong are known of images that the network has answered.");
    }
}

impl View for Inside {
    fn title(&self) -> &'static str {
        "Images"
    }

    fn icon(&self) -> &'static str {
        "▣"
    }

    fn help(&self) -> &'static str {
        "Test images, what the network says of them, and what a channel makes of one"
    }

    fn place(&self) -> Place {
        Place::Seeing
    }

    fn scrolls(&self) -> bool {
        true
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        let Shared {
            run,
            picked,
            chosen,
            ..
        } = &mut *shared;
        let subject = run.as_ref().and_then(|run| {
            let picked = picked.and_then(|pick| {
                let (layer, channel) = (BatchNormId(pick.layer), pick.channel?);
                Some(Channel { layer, channel })
            });
            let opened = run.opened.as_ref()?;
            Some(Subject {
                data: &opened.data,
                graph: &opened.start.graph,
                ranges: run.norms.layers().ranges(),
                off: &chosen.ablation(&run.norms.last()?.norms).off,
                picked,
            })
        });
        let reply = self.ui(ui, subject.as_ref());
        self.is_due |= reply.request_changed;
        if let Some(Channel { layer, channel }) = reply.picked {
            let (layer, channel) = (layer.0, Some(channel));
            shared.pick(Pick { layer, channel });
        }
        None
    }

    fn take(&mut self, news: &News<'_>, is_shown: bool) {
        match news {
            News::Session(Event::Metric(Metric::Eval { .. }) | Event::Phase(Phase::Paused)) => {
                self.is_due |= is_shown;
            }
            News::Session(Event::Found(found)) => {
                self.take_found(found);
            }
            News::AnotherRun => self.forget(),
            News::Session(Event::Opened(_)) | News::Idle | News::Picked | News::Toggled => {
                self.is_due = true;
            }
            News::Session(_) => {}
        }
    }

    fn probe_request(
        &mut self,
        _: &Context,
        shared: &mut Shared,
        id: RequestId,
    ) -> Option<Command> {
        if !std::mem::take(&mut self.is_due) {
            return None;
        }
        let norms = shared.norms()?.clone();
        let look = self.look(id, shared.chosen.ablation(&norms).clone());
        if look.images.is_empty() && look.maps.is_none() {
            return None;
        }
        self.expect(&look);
        Some(Command::Look(Box::new(look)))
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
    }
}
