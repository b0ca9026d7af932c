//! What the network said of test images, and which of them a page shows.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::data::Images;
use crate::study::probe::Answer;

/// Images a page shows.
pub const PAGE: usize = 24;
/// Images looked through at first where only right or wrong ones are to be shown; then twice as many,
/// until the page is full.
pub const LOOK_THROUGH: usize = 256;

/// Which images are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those that were answered wrongly.
    Wrong,
    /// Those that were answered correctly.
    Right,
}

/// What the network says of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class of the greatest probability.
    pub class: usize,
    /// Its probability, from 0 to 1.
    pub probability: f32,
    /// `[classes]`.
    pub probabilities: Vec<f32>,
}

/// Verdicts of one network.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    verdicts: HashMap<u32, Verdict>,
    of: Option<Network>,
    /// Counts changes.
    pub version: u64,
}

/// Which network answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The step after which it was as it answered.
    pub step: u64,
    /// Counts the ablations asked about.
    pub ablation: u64,
}

impl Answers {
    /// Takes in answers. Those of another network replace all there were.
    pub fn take(&mut self, of: Network, answers: &[Answer]) {
        if self.of != Some(of) {
            self.verdicts.clear();
            self.of = Some(of);
        }
        for answer in answers {
            if let Some(verdict) = Verdict::of(&answer.probabilities) {
                self.verdicts.insert(answer.image, verdict);
            }
        }
        self.version += 1;
    }

    /// What was said of an image.
    pub fn of(&self, image: u32) -> Option<&Verdict> {
        self.verdicts.get(&image)
    }

    /// The step after which the network was as it answered.
    pub fn step(&self) -> Option<u64> {
        self.of.map(|of| of.step)
    }
}

impl Verdict {
    /// `None` where there is no class. A probability that is not a number loses against any.
    fn of(probabilities: &[f32]) -> Option<Self> {
        let numbers = probabilities.iter().copied().enumerate();
        let best = numbers.filter(|(_, share)| !share.is_nan());
        let (class, probability) = best
            .max_by(|(_, left), (_, right)| left.total_cmp(right))
            .or_else(|| probabilities.first().map(|share| (0, *share)))?;
        Some(Self {
            class,
            probability,
            probabilities: probabilities.to_vec(),
        })
    }
}

/// What a page is a selection by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// By the answer.
    pub filter: Filter,
    /// Only images of this class.
    pub class: Option<u32>,
    /// The page, from 0.
    pub page: usize,
}

/// A page of test images, and what is to be asked to fill it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The images shown.
    pub shown: Vec<u32>,
    /// The images to be answered, in order.
    pub wanted: Vec<u32>,
    /// How many images are of the class and pass the filter, as far as they were answered.
    pub matching: usize,
    /// How many of the class's images were answered.
    pub answered: usize,
    /// How many images are of the class.
    pub of_class: usize,
    /// Whether more images must be looked through to fill it.
    pub needs_more: bool,
}

impl Page {
    /// The page of a test set that the selection asks for. To find right or wrong ones, the first
    /// `through` images of the class are asked about, all of them of one network.
    pub fn of(selection: Selection, images: &Images, answers: &Answers, through: usize) -> Self {
        let labels = images.labels.iter().enumerate();
        let of_class: Vec<u32> = labels
            .filter(|(_, label)| selection.class.is_none_or(|class| class == **label))
            .map(|(image, _)| image as u32)
            .collect();
        let passes = |image: &u32| match (selection.filter, answers.of(*image)) {
            (Filter::All, _) => true,
            (_, None) => false,
            (filter, Some(verdict)) => {
                let is_right = verdict.class == images.labels[*image as usize] as usize;
                is_right == (filter == Filter::Right)
            }
        };
        let matching: Vec<u32> = of_class.iter().copied().filter(passes).collect();
        let start = selection.page.saturating_mul(PAGE).min(matching.len());
        let end = (start + PAGE).min(matching.len());
        let shown = matching[start..end].to_vec();
        let is_answered = |image: &&u32| answers.of(**image).is_some();
        let wanted = match selection.filter {
            Filter::All => shown.clone(),
            Filter::Wrong | Filter::Right => of_class[..through.min(of_class.len())].to_vec(),
        };
        // One image beyond the page shows that there is a next one.
        let is_full = matching.len() > start + PAGE;
        let is_through = wanted.iter().all(|image| answers.of(*image).is_some());
        Self {
            needs_more: !is_full && is_through && wanted.len() < of_class.len(),
            answered: of_class.iter().filter(is_answered).count(),
            matching: matching.len(),
            of_class: of_class.len(),
            shown,
            wanted,
        }
    }

    /// How many pages are known of.
    pub fn pages(&self) -> usize {
        self.matching.div_ceil(PAGE).max(1)
    }
}
