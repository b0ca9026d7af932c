//! A short tour of the nine points of the article, one page each.

use egui::{Key, Modifiers, RichText, Ui};
use serde::{Deserialize, Serialize};

use super::layout_class::LayoutClass;

/// What a page of the tour sets up: settings of runs, and the view to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// A short run of BatchNorm alone; look at the map of channels.
    DisabledFeatures,
    /// Runs that train γ and β, γ alone, β alone, and the output layer alone; look at the curves.
    AffineParameters,
    /// A run of BatchNorm alone beside one of the output layer alone; look at the feature maps.
    Representations,
    /// A run of BatchNorm alone beside one of two random weights a channel; look at the curves.
    RandomFeatures,
    /// Runs with BatchNorm before and after the activation; look at the curves.
    BeforeActivation,
    /// Deeper networks beside wider ones; look at the curves.
    DepthAgainstWidth,
    /// The last network; look at the threshold and the curve of accuracy against the share off.
    RemovedFeatures,
    /// Runs with and without shortcuts; look at the curves.
    Shortcuts,
    /// A run of BatchNorm alone beside one of all parameters; look at the form and the curves.
    FewParameters,
}

/// One page of the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TourStep {
    /// The point, in a few words.
    pub title: &'static str,
    /// What was found, in two or three sentences.
    pub text: &'static str,
    /// What to look at here.
    pub look: &'static str,
    /// What the page's button sets up.
    pub sets_up: Comparison,
}

/// The pages, in order. Figures are those of Frankle, Schwab and Morcos, "Training BatchNorm and Only
/// BatchNorm" (arXiv 2003.00152).
pub const STEPS: [TourStep; 9] = [
    TourStep {
        title: "BatchNorm learns to disable features",
        text: "When only γ and β learn, every convolution keeps its random weights. Training then pushes \
               the γ of many channels towards zero: those features are switched off. Frankle, Schwab and \
               Morcos report around a third of the features in their networks.",
        look: "Watch the map of channels while the run goes on. A row is a layer, a cell is a channel, and \
               cells darken as |γ| shrinks.",
        sets_up: Comparison::DisabledFeatures,
    },
    TourStep {
        title: "The affine parameters matter",
        text: "γ and β are often treated as a detail of normalisation. Trained alone, they reach far more \
               than chance, so they can express a good deal by themselves.",
        look: "Compare four runs: γ and β, γ alone, β alone, and the output layer alone. The curves of test \
               accuracy show how much each of them can do.",
        sets_up: Comparison::AffineParameters,
    },
    TourStep {
        title: "Representations improve",
        text: "The weights of the convolutions stay random, yet what the layers pass on changes. γ and β \
               choose among random features, scale them and shift where the ReLU cuts them off.",
        look: "Pick a test image and a channel, and look at its feature map. Compare a run of BatchNorm \
               alone with one of the output layer alone, in which the features stay as they were.",
        sets_up: Comparison::Representations,
    },
    TourStep {
        title: "Random features matter",
        text: "Training as many randomly chosen weights elsewhere in the network gives far lower accuracy, \
               the paper finds. It is therefore not only the number of trained parameters that counts: one \
               γ and one β act on a whole random feature.",
        look: "Compare BatchNorm alone with two random weights of each output channel, which are as many \
               parameters a channel.",
        sets_up: Comparison::RandomFeatures,
    },
    TourStep {
        title: "BatchNorm before the activation is better",
        text: "Placed before the ReLU, β decides where a feature is cut off, and a channel can be silenced \
               altogether. Placed after it, γ and β only scale and shift what the ReLU let through. The \
               article finds the first order better when BatchNorm alone is trained.",
        look: "Compare the two runs by their test accuracy. They differ only in the place of BatchNorm.",
        sets_up: Comparison::BeforeActivation,
    },
    TourStep {
        title: "Depth beats width",
        text: "A deeper network and a wider one can have the same number of BatchNorm parameters. The paper \
               finds that depth raises accuracy more, and that very deep ResNets reach 82 % on CIFAR-10 by \
               BatchNorm alone.",
        look: "Compare runs by test accuracy and by the number of trained parameters that the form shows. \
               Deep networks take long; begin with few epochs.",
        sets_up: Comparison::DepthAgainstWidth,
    },
    TourStep {
        title: "Many features can be removed",
        text: "A channel with γ near zero hardly depends on the image. Setting such γ to zero should \
               therefore change accuracy little, while switching off as many channels at random should \
               cost more.",
        look: "Move the threshold and compare the three bars. The curve shows how far one can go, weakest \
               |γ| first.",
        sets_up: Comparison::RemovedFeatures,
    },
    TourStep {
        title: "Shortcuts can hurt",
        text: "Shortcuts made very deep networks trainable. When BatchNorm alone is trained, they also carry \
               on what a block's BatchNorms switched off. The article finds networks that do better \
               without them.",
        look: "Compare the two runs, which differ only in their shortcuts. Whether it holds depends on depth; \
               try more than one.",
        sets_up: Comparison::Shortcuts,
    },
    TourStep {
        title: "A fraction of a percent of the parameters is enough",
        text: "ResNet-110 reaches about 70 % on CIFAR-10 with 0.48 % of its parameters trained. Training all \
               of them remains better; the point is how much so few can do.",
        look: "The form says how many parameters are trained, of how many, and the memory this takes. \
               Compare a run of BatchNorm alone with one of all parameters.",
        sets_up: Comparison::FewParameters,
    },
];

/// Where the reader is in the tour, and whether it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tour {
    /// Whether its window is shown.
    pub open: bool,
    page: usize,
}

/// Width of its window, in points.
const WIDTH: f32 = 320.0;

impl Tour {
    /// The page the reader is at.
    pub fn step(&self) -> &'static TourStep {
        &STEPS[self.page()]
    }

    /// Shows the window if it is open, and says what the reader asks to set up.
    pub fn window(&mut self, ctx: &egui::Context) -> Option<Comparison> {
        let mut open = self.open;
        let (class, screen) = (
            LayoutClass::of(ctx.content_rect().size()),
            ctx.content_rect(),
        );
        let window = egui::Window::new("Tour of the article").open(&mut open);
        let window = match class {
            // At the bottom, so that the bar and something of what it is about stay in sight.
            LayoutClass::Compact => window
                .id(egui::Id::unique("the tour in little room"))
                .anchor(egui::Align2::CENTER_BOTTOM, egui::vec2(0.0, -4.0))
                .fixed_size(egui::vec2(
                    (screen.width() - 32.0).min(1.5 * WIDTH),
                    screen.height() * 0.5,
                ))
                .vscroll(true),
            // Beside the bar and the curves, over what can be looked at later.
            _ => window
                .default_width(WIDTH)
                .default_pos(screen.right_top() + egui::vec2(-WIDTH - 40.0, 64.0))
                .resizable(true),
        };
        let shown = window.show(ctx, |ui| self.ui(ui));
        self.open = open;
        shown?.inner?
    }

    /// Draws the page, and says what the reader asks to set up.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<Comparison> {
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::ALT, Key::ArrowLeft) {
                self.turn_back();
            }
            if input.consume_key(Modifiers::ALT, Key::ArrowRight) {
                self.turn();
            }
        });
        let (page, step) = (self.page(), self.step());
        // Above what differs from page to page, so that the next click finds the button where it was.
        ui.horizontal_wrapped(|ui| {
            let back = ui
                .add_enabled(page > 0, egui::Button::new("Previous"))
                .on_hover_text("The page before (Alt+←).");
            if back.clicked() {
                self.turn_back();
            }
            let next = ui
                .add_enabled(page + 1 < STEPS.len(), egui::Button::new("Next"))
                .on_hover_text("The next page (Alt+→).");
            if next.clicked() {
                self.turn();
            }
            ui.label(format!("{} of {}", page + 1, STEPS.len()));
        });
        ui.separator();
        ui.heading(step.title);
        ui.label(step.text);
        ui.add_space(4.0);
        ui.label(RichText::new("What to look at").strong());
        ui.label(step.look);
        ui.add_space(4.0);
        let set_up = ui.button("Set up this comparison").on_hover_text(
            "Trains what this point compares, one run after another, with the data and length of the form, and shows the view to look at.",
        );
        ui.separator();
        ui.hyperlink_to(
            RichText::new("Frankle, Schwab and Morcos: Training BatchNorm and Only BatchNorm")
                .small(),
            "https://arxiv.org/abs/2003.00152",
        )
        .on_hover_text("Opens the paper in a browser: https://arxiv.org/abs/2003.00152");
        set_up.clicked().then_some(step.sets_up)
    }

    fn turn(&mut self) {
        self.page = (self.page() + 1).min(STEPS.len() - 1);
    }

    fn turn_back(&mut self) {
        self.page = self.page().saturating_sub(1);
    }

    /// What was remembered may be of a version with more pages.
    fn page(&self) -> usize {
        self.page.min(STEPS.len() - 1)
    }
}
