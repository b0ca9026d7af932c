//! Which colour stands for which γ.
//!
//! The scale stays during a run, so that what darkens on the map is what γ did: it ends at the 99th
//! percentile of |γ| at the start. One that grows with γ makes a channel that stays as it is look darker.

use std::sync::Arc;

use egui::Color32;
use serde::{Deserialize, Serialize};

use crate::app::channels::Shown;
use crate::app::theme;
use crate::study::gamma::{Norms, scale_end};

/// What the colours of the map show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colours {
    /// |γ|.
    #[default]
    Magnitude,
    /// How much |γ| is more or less than at the start of the run.
    Change,
}

/// Colours, and the value that the last one stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// What they show.
    pub colours: Colours,
    /// The |γ|, or the change either way, from which on all look the same.
    pub end: f32,
}

impl Scale {
    /// What is coloured of a channel.
    pub fn value(&self, shown: &Shown<'_>, flat: usize) -> f32 {
        match self.colours {
            Colours::Magnitude => shown.norms.gamma[flat].abs(),
            Colours::Change => shown.change(flat),
        }
    }

    /// The colour of a channel.
    pub fn colour(&self, shown: &Shown<'_>, flat: usize) -> Color32 {
        let share = self.value(shown, flat) / self.end;
        match self.colours {
            Colours::Magnitude => theme::heat(share),
            Colours::Change => theme::change(share),
        }
    }
}

/// The end of the scale that stays, worked out once for a run.
#[derive(Clone, Debug, Default)]
pub struct StartScale(Option<(Arc<Norms>, f32)>);

impl StartScale {
    /// Takes note of the γ at the start.
    pub fn update(&mut self, start: &Arc<Norms>) {
        let is_known = |(of, _): &(Arc<Norms>, f32)| Arc::ptr_eq(of, start);
        if !self.0.as_ref().is_some_and(is_known) {
            let end = scale_end(start.gamma.iter().copied()).unwrap_or(1.0);
            self.0 = Some((start.clone(), end));
        }
    }

    /// The 99th percentile of |γ| at the start; 1 where all are 0.
    pub fn end(&self) -> f32 {
        self.0.as_ref().map_or(1.0, |(_, end)| *end)
    }
}

/// The largest change of |γ|, either way.
pub fn largest_change(shown: &Shown<'_>) -> f32 {
    let changes = (0..shown.norms.gamma.len()).map(|flat| shown.change(flat).abs());
    changes
        .filter(|change| change.is_finite())
        .fold(0.0, f32::max)
}
