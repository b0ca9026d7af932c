//! Seconds of training, pauses left out.

use std::time::Duration;

use web_time::Instant;

/// Counts the time for which it runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch {
    /// Counted until it was last started.
    before: Duration,
    /// When it was started, while it runs.
    since: Option<Instant>,
}

impl Stopwatch {
    /// One that runs since `now`.
    pub fn started(now: Instant) -> Self {
        Self {
            before: Duration::ZERO,
            since: Some(now),
        }
    }

    /// Stops it, if it runs.
    pub fn stop(&mut self, now: Instant) {
        self.before = self.elapsed(now);
        self.since = None;
    }

    /// Has it run on, if it does not.
    pub fn start(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// What it has counted.
    pub fn elapsed(&self, now: Instant) -> Duration {
        let since = self.since.map(|since| now.saturating_duration_since(since));
        self.before + since.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_not_counted() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut watch = Stopwatch::started(at(0));
        assert_eq!(watch.elapsed(at(3)).as_secs(), 3);
        watch.stop(at(5));
        watch.stop(at(7));
        assert_eq!(watch.elapsed(at(100)).as_secs(), 5);
        watch.start(at(100));
        watch.start(at(102));
        assert_eq!(watch.elapsed(at(104)).as_secs(), 9);
    }
}
