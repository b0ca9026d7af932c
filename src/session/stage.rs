//! What is being done before a run can begin, how far it is, and how long it will take.

use std::time::Duration;

use web_time::Instant;

use crate::gpu::compiling::{Compiling, Work};
use crate::numbers::{duration, grouped};

/// What is being done before a run can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Images are read.
    Data,
    /// The adapter is opened.
    Adapter,
    /// What the network needs is worked out.
    Plan,
    /// Ways to compute convolutions are tried on the adapter.
    Variants(Share),
    /// Kernels are compiled.
    Kernels(Share),
}

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// How long the others will take, if each takes as long as those done.
    pub left: Option<Duration>,
}

impl Stage {
    /// What is going on, in a few words.
    pub fn words(self) -> String {
        match self {
            Self::Data => "reading the images …".into(),
            Self::Adapter => "opening the adapter …".into(),
            Self::Plan => "preparing the network …".into(),
            Self::Variants(share) => {
                format!("trying ways to compute convolutions: {}", share.words())
            }
            Self::Kernels(share) => format!("compiling kernels: {}", share.words()),
        }
    }

    /// What is going on, without what changes while it does.
    pub fn what(self) -> &'static str {
        match self {
            Self::Data => "reading the images …",
            Self::Adapter => "opening the adapter …",
            Self::Plan => "preparing the network …",
            Self::Variants(_) => "trying ways to compute convolutions …",
            Self::Kernels(_) => "compiling kernels …",
        }
    }

    /// How far it is, where that is known.
    pub fn share(self) -> Option<Share> {
        match self {
            Self::Variants(share) | Self::Kernels(share) => Some(share),
            Self::Data | Self::Adapter | Self::Plan => None,
        }
    }
}

impl Share {
    /// Such as `14 of 96, about 20 s left`.
    pub fn words(self) -> String {
        let (done, of) = (grouped(self.done as u64), grouped(self.of as u64));
        match self.left {
            // The last ones may be larger than those before.
            Some(left) => format!(
                "{done} of {of}, about {} left",
                duration(left.as_secs_f64())
            ),
            None => format!("{done} of {of}"),
        }
    }

    /// From 0 to 1.
    pub fn fraction(self) -> f32 {
        self.done as f32 / self.of.max(1) as f32
    }
}

/// Tells how long compiling will take by how long it took so far.
pub(super) struct Estimate {
    work: Work,
    since: Instant,
}

impl Estimate {
    /// Before this time, and fewer than this many done, nothing is said of the time left.
    const LEAST: (Duration, usize) = (Duration::from_millis(1500), 3);

    pub fn new() -> Self {
        Self {
            work: Work::Variants,
            since: Instant::now(),
        }
    }

    /// How far it is now.
    pub fn stage(&mut self, now: Compiling) -> Stage {
        if now.work != self.work || now.done == 0 {
            (self.work, self.since) = (now.work, Instant::now());
        }
        let Compiling { done, of, .. } = now;
        let share = |left| Share { done, of, left };
        match now.work {
            // Once one has shown that trying is slow here, the others are not tried: nothing can be said.
            Work::Variants => Stage::Variants(share(None)),
            Work::Kernels => Stage::Kernels(share(left(self.since.elapsed(), done, of))),
        }
    }
}

/// How long the others will take, if each takes as long as those done.
fn left(elapsed: Duration, done: usize, of: usize) -> Option<Duration> {
    let (least, fewest) = Estimate::LEAST;
    let others = of.saturating_sub(done) as f64;
    (elapsed >= least && done >= fewest && others > 0.0)
        .then(|| elapsed.mul_f64(others / done as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_what_is_done() {
        let secs = Duration::from_secs;
        assert_eq!(left(secs(10), 5, 15), Some(secs(20)));
        // Too early to say, by time and by number; nothing left.
        assert_eq!(left(secs(1), 5, 15), None);
        assert_eq!(left(secs(10), 2, 15), None);
        assert_eq!(left(secs(10), 15, 15), None);
    }

    #[test]
    fn words_say_how_far_it_is() {
        let share = |left| Share {
            done: 5,
            of: 1500,
            left,
        };
        let said = Stage::Kernels(share(None)).words();
        assert_eq!(said, "compiling kernels: 5 of 1,500");
        let said = Stage::Kernels(share(Some(Duration::from_secs(125)))).words();
        assert_eq!(said, "compiling kernels: 5 of 1,500, about 2 min 5 s left");
        assert_eq!(share(None).fraction(), 5.0 / 1500.0);
    }

    #[test]
    fn variants_have_no_time_left() {
        let mut estimate = Estimate::new();
        let now = Compiling {
            work: Work::Variants,
            done: 3,
            of: 9,
        };
        let share = estimate.stage(now).share().expect("it has one");
        assert_eq!((share.done, share.of, share.left), (3, 9, None));
    }
}
