//! How often news of a training is drawn.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use egui::Context;

use crate::session::Event;

/// From news to the frame that shows it, in milliseconds: time for more to come.
const SOON: u64 = 33;

/// The same for steps where the processor draws the window too. A frame takes some tenths of a second
/// of it there (0.2 s at 1280×800 with Mesa's llvmpipe), which a training lacks.
const SOON_IN_SOFTWARE: u64 = 2500;

/// No frame was asked for.
const NONE: u8 = 0;
/// One was, to show steps.
const FOR_STEPS: u8 = 1;
/// One was, to show what does not come often.
const FOR_ALL: u8 = 2;

/// Asks for a frame when there is news, not too often. What the reader does is drawn at once, by the
/// window itself.
#[derive(Debug)]
pub(super) struct Pace {
    /// From a step to the frame that shows it.
    steps_millis: AtomicU64,
    /// What the frame to come was asked for: the training's thread need not ask for it again.
    asked: AtomicU8,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            steps_millis: AtomicU64::new(SOON),
            asked: AtomicU8::new(NONE),
        }
    }
}

impl Pace {
    /// There is news; called from other threads.
    pub fn news(&self, ctx: &Context, event: &Event) {
        let (asked, millis) = match event {
            Event::Metric(_) | Event::Norms { .. } | Event::Saved { .. } => {
                (FOR_STEPS, self.steps_millis.load(Ordering::Relaxed))
            }
            _ => (FOR_ALL, SOON),
        };
        if self.asked.fetch_max(asked, Ordering::AcqRel) < asked {
            ctx.request_repaint_after(Duration::from_millis(millis));
        }
    }

    /// What is new from here on needs another frame.
    pub fn frame_begins(&self) {
        self.asked.store(NONE, Ordering::Release);
    }

    /// The processor draws the window.
    pub fn draws_in_software(&self) {
        self.steps_millis.store(SOON_IN_SOFTWARE, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::{Pace, SOON, SOON_IN_SOFTWARE};
    use crate::session::{Event, Phase};

    #[test]
    fn news_asks_once_a_frame_and_steps_wait_where_the_processor_draws() {
        let ctx = egui::Context::default();
        let (asked, delay) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counted, told) = (asked.clone(), delay.clone());
        ctx.set_request_repaint_callback(move |request| {
            counted.fetch_add(1, Ordering::Relaxed);
            let millis = Duration::as_millis(&request.delay) as u64;
            told.store(millis, Ordering::Relaxed);
        });
        let frame = |pace: &Pace| {
            pace.frame_begins();
            // Until egui wants none of its own.
            for _ in 0..10 {
                let mut output = ctx.run_ui(egui::RawInput::default(), |_| {});
                output.textures_delta.clear();
            }
            asked.store(0, Ordering::Relaxed);
        };
        // Less the time that egui expects a frame to take.
        let is_about = |millis: u64| {
            (millis.saturating_sub(50)..=millis).contains(&delay.load(Ordering::Relaxed))
        };
        let (step, pause) = (Event::Saved { step: 1 }, Event::Phase(Phase::Paused));
        let pace = Pace::default();
        frame(&pace);
        for _ in 0..1000 {
            pace.news(&ctx, &step);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert!(is_about(SOON));

        pace.draws_in_software();
        frame(&pace);
        pace.news(&ctx, &step);
        assert!(is_about(SOON_IN_SOFTWARE));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        // What does not come often need not wait for the steps before it.
        pace.news(&ctx, &pause);
        pace.news(&ctx, &step);
        assert!(is_about(SOON));
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
