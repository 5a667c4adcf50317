use super::histogram::Histogram;
use crate::model::HAS_CLOCK;
use std::ops::Deref;
use std::time::{Duration, Instant};

/// Observes the time since it was made when it is dropped, also by a panic or a cancelled future; see
/// [`Histogram::start_timer`]. Uses the monotonic clock; on wasm32-unknown-unknown, which has none, no time passes.
#[derive(Debug)]
pub struct Timer<H: Deref<Target = Histogram>> {
    histogram: H,
    start: Stopwatch,
    armed: bool,
}

impl<H: Deref<Target = Histogram>> Timer<H> {
    pub(crate) fn new(histogram: H) -> Self {
        Self { histogram, start: Stopwatch::start(), armed: true }
    }

    /// Observes now, and says what.
    pub fn observe(mut self) -> Duration {
        self.armed = false;
        let elapsed = self.start.elapsed();
        self.histogram.observe_duration(elapsed);
        elapsed
    }

    /// Observes nothing.
    pub fn discard(mut self) {
        self.armed = false;
    }
}

impl<H: Deref<Target = Histogram>> Drop for Timer<H> {
    fn drop(&mut self) {
        if self.armed {
            self.histogram.observe_duration(self.start.elapsed());
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Option<Instant>);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(HAS_CLOCK.then(Instant::now))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.map_or(Duration::ZERO, |start| start.elapsed())
    }
}
