//! How often news of a training is drawn.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use egui::Context;

/// Between two frames that only news of a training asks for, at least so much time, in milliseconds.
const SHORTEST: u64 = 33;

/// And at most so much.
const LONGEST: u64 = 1000;

/// Drawing may take this share of the time while a training is watched: where there is no GPU,
/// both have the same processor.
const DRAWN_SHARE: f32 = 0.03;

/// Asks for a frame when there is news, not too often. What the reader does is drawn at once, by the
/// window itself.
#[derive(Debug)]
pub(super) struct Pace {
    millis: AtomicU64,
    /// A frame was asked for and has not begun: the training's thread need not ask again.
    is_asked: AtomicBool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            millis: AtomicU64::new(SHORTEST),
            is_asked: AtomicBool::new(false),
        }
    }
}

impl Pace {
    /// There is news; called from other threads.
    pub fn news(&self, ctx: &Context) {
        if !self.is_asked.swap(true, Ordering::AcqRel) {
            ctx.request_repaint_after(Duration::from_millis(self.millis.load(Ordering::Relaxed)));
        }
    }

    /// What is new from here on needs another frame.
    pub fn frame_begins(&self) {
        self.is_asked.store(false, Ordering::Release);
    }

    /// The last frame took so many seconds to draw.
    pub fn set_frame_time(&self, seconds: f32) {
        let pause = (1000.0 * seconds / DRAWN_SHARE) as u64;
        self.millis
            .store(pause.clamp(SHORTEST, LONGEST), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn news_asks_once_a_frame_and_the_later_the_longer_frames_take() {
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
        let pace = Pace::default();
        frame(&pace);
        for _ in 0..1000 {
            pace.news(&ctx);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        frame(&pace);
        pace.set_frame_time(0.006);
        pace.news(&ctx);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        // Less the time that egui expects a frame to take.
        assert!((150..=200).contains(&delay.load(Ordering::Relaxed)));
        frame(&pace);
        pace.set_frame_time(10.0);
        pace.news(&ctx);
        assert!((950..=1000).contains(&delay.load(Ordering::Relaxed)));
    }
}
