//! What was measured so far, and of which network.

use egui_plot::PlotPoint;

use crate::session::{Finding, Found, ProbeRequest, RequestId};
use crate::study::probe::Accuracy;

/// What was measured for the request that was sent last; older numbers stay until newer ones arrive.
#[derive(Clone, Debug, Default)]
pub struct Results {
    sent: Option<Sent>,
    /// With all channels on.
    pub whole: Option<Measured<Accuracy>>,
    /// With the channels off that the request named.
    pub ablated: Option<Measured<Accuracy>>,
    /// With as many off at random.
    pub random: Option<Measured<Draws>>,
    /// Against the share of channels off.
    pub curve: Curve,
    /// Why nothing could be measured.
    pub failure: Option<String>,
}

/// What is known of the request that was sent last.
#[derive(Clone, Debug)]
struct Sent {
    request: RequestId,
    off: usize,
    channels: usize,
    compares: bool,
}

/// A result, and what it is a result of.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured<T> {
    /// It.
    pub value: T,
    /// The step after which the network was as it was measured.
    pub step: u64,
    /// How many channels were to be off.
    pub off: usize,
    /// Of how many.
    pub channels: usize,
    request: RequestId,
}

/// Accuracy with channels switched off at random, several times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draws {
    /// Mean accuracy, from 0 to 1.
    pub mean: f64,
    /// The least accuracy of a draw.
    pub least: f64,
    /// The greatest accuracy of a draw.
    pub greatest: f64,
    /// How many draws.
    pub draws: usize,
    /// Test images each was measured on.
    pub images: usize,
}

impl Draws {
    /// `None` of no draw.
    pub fn of(draws: &[Accuracy]) -> Option<Self> {
        let accuracies = || draws.iter().map(|draw| draw.accuracy);
        let first = draws.first()?;
        Some(Self {
            mean: accuracies().sum::<f64>() / draws.len() as f64,
            least: accuracies().fold(f64::INFINITY, f64::min),
            greatest: accuracies().fold(f64::NEG_INFINITY, f64::max),
            draws: draws.len(),
            images: first.images,
        })
    }
}

/// Accuracy in per cent against the share of channels off in per cent, ordered by the share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// How many channels are off at each point.
    pub off: Vec<usize>,
    /// Those of least |γ| off.
    pub weakest: Vec<PlotPoint>,
    /// As many off at random: the mean of some draws.
    pub random: Vec<PlotPoint>,
    /// The least and the greatest of these draws, in per cent.
    pub spread: Vec<(f64, f64)>,
    /// Channels in all.
    pub channels: usize,
    /// The step after which the network was as it was measured.
    pub step: u64,
    /// Test images each point was measured on.
    pub images: usize,
    request: RequestId,
}

impl Results {
    /// From now on only what is found for this request counts.
    pub fn expect(&mut self, request: &ProbeRequest) {
        self.failure = None;
        self.sent = Some(Sent {
            request: request.id,
            off: request.ablation.off.iter().filter(|off| **off).count(),
            channels: request.ablation.off.len(),
            compares: request.curve,
        });
    }

    /// Takes in what was found, and says whether it was for the request sent last and belongs here.
    pub fn take(&mut self, found: &Found) -> bool {
        let Some(sent) = self
            .sent
            .clone()
            .filter(|sent| sent.request == found.request)
        else {
            return false;
        };
        match &found.finding {
            Finding::Whole(accuracy) => self.whole = Some(sent.measured(*accuracy, found.step)),
            Finding::Ablated(accuracy) => self.ablated = Some(sent.measured(*accuracy, found.step)),
            Finding::Random(draws) => {
                self.random = Draws::of(draws).map(|draws| sent.measured(draws, found.step));
            }
            Finding::Curve {
                off,
                weakest,
                random,
            } => self.curve.insert(&sent, found.step, *off, *weakest, random),
            Finding::Answers(_) | Finding::Maps(_) => return false,
        }
        true
    }

    /// What was asked for cannot be had, for this reason.
    pub fn fail(&mut self, reason: impl ToString) {
        self.failure = Some(reason.to_string());
    }

    /// Whether anything but the curve is still to come.
    pub fn measuring(&self) -> bool {
        let Some(sent) = self.sent.as_ref().filter(|_| self.failure.is_none()) else {
            return false;
        };
        !(self.is_fresh(&self.whole) && self.is_fresh(&self.ablated))
            || (sent.can_be_random() && !self.is_fresh(&self.random))
    }

    /// Whether a result is of the request sent last.
    pub fn is_fresh<T>(&self, result: &Option<Measured<T>>) -> bool {
        match (&self.sent, result) {
            (Some(sent), Some(result)) => sent.request == result.request,
            _ => false,
        }
    }

    /// Whether the request sent last asked for random channels and the curve.
    pub fn compares(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.compares)
    }

    /// Whether the curve is of the request sent last.
    pub fn is_curve_fresh(&self) -> bool {
        let request = self.sent.as_ref().map(|sent| sent.request);
        !self.curve.off.is_empty() && request == Some(self.curve.request)
    }
}

impl Sent {
    /// None off, or all, can be chosen in one way only.
    fn can_be_random(&self) -> bool {
        self.compares && self.off > 0 && self.off < self.channels
    }

    fn measured<T>(&self, value: T, step: u64) -> Measured<T> {
        Measured {
            value,
            step,
            off: self.off,
            channels: self.channels,
            request: self.request,
        }
    }
}

impl Curve {
    /// The first point of another request, or of another network, replaces all there were.
    fn insert(
        &mut self,
        sent: &Sent,
        step: u64,
        off: usize,
        weakest: Accuracy,
        random: &[Accuracy],
    ) {
        let Some(draws) = Draws::of(random) else {
            return;
        };
        if (sent.request, step) != (self.request, self.step) {
            *self = Self {
                channels: sent.channels,
                step,
                images: weakest.images,
                request: sent.request,
                ..Self::default()
            };
        }
        let share = 100.0 * off as f64 / self.channels.max(1) as f64;
        let [weakest, random] =
            [weakest.accuracy, draws.mean].map(|accuracy| PlotPoint::new(share, 100.0 * accuracy));
        let spread = (100.0 * draws.least, 100.0 * draws.greatest);
        match self.off.binary_search(&off) {
            Ok(place) => {
                self.weakest[place] = weakest;
                self.random[place] = random;
                self.spread[place] = spread;
            }
            Err(place) => {
                self.off.insert(place, off);
                self.weakest.insert(place, weakest);
                self.random.insert(place, random);
                self.spread.insert(place, spread);
            }
        }
    }
}
