use std::time::{Duration, Instant};

/// Asking for the time panics on wasm32-unknown-unknown.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// Time that was spent, out of what there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch {
    before: Duration,
    /// While it runs.
    since: Option<Instant>,
    limit: Option<Duration>,
}

impl Stopwatch {
    pub(super) fn start(limit: Option<Duration>) -> Self {
        Self { before: Duration::ZERO, since: HAS_CLOCK.then(Instant::now), limit }
    }

    pub(super) fn pause(&mut self) {
        (self.before, self.since) = (self.elapsed(), None);
    }

    pub(super) fn resume(&mut self) {
        self.since = HAS_CLOCK.then(Instant::now);
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub(super) fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// `None`: all there is.
    pub(super) fn left(&self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.elapsed()))
    }

    pub(super) fn is_over(&self) -> bool {
        self.left() == Some(Duration::ZERO)
    }
}
