use crate::model::HAS_CLOCK;
use std::ops::Deref;
use std::time::{Duration, Instant};

/// Observes the time since it was made when it is dropped, also by a panic or a cancelled future; see
/// [`Histogram::start_timer`](crate::Histogram::start_timer). Uses the monotonic clock; on wasm32-unknown-unknown, which
/// has none, no time passes.
#[derive(Debug)]
pub struct Timer<O: Deref<Target: Observe>> {
    observer: O,
    start: Stopwatch,
    armed: bool,
}

/// A histogram or a summary.
#[diagnostic::on_unimplemented(
    message = "a time cannot be observed in `{Self}`",
    label = "is no histogram and no summary",
    note = "a `Family` of histograms needs `labels = Request {{ … }}` besides"
)]
#[doc(hidden)]
pub trait Observe {
    fn observe_time(&self, elapsed: Duration);
}

impl<O: Observe> Observe for &O {
    #[inline]
    fn observe_time(&self, elapsed: Duration) {
        (**self).observe_time(elapsed);
    }
}

impl<O: Deref<Target: Observe>> Timer<O> {
    #[inline]
    pub(crate) fn new(observer: O) -> Self {
        Self { observer, start: Stopwatch::start(), armed: true }
    }

    /// Observes now, and says what.
    pub fn observe(mut self) -> Duration {
        self.armed = false;
        let elapsed = self.start.elapsed();
        self.observer.observe_time(elapsed);
        elapsed
    }

    /// Observes nothing.
    pub fn discard(mut self) {
        self.armed = false;
    }
}

impl<O: Deref<Target: Observe>> Drop for Timer<O> {
    #[inline]
    fn drop(&mut self) {
        if self.armed {
            self.observer.observe_time(self.start.elapsed());
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Option<Instant>);

impl Stopwatch {
    #[inline]
    pub(crate) fn start() -> Self {
        Self(HAS_CLOCK.then(Instant::now))
    }

    #[inline]
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, Instant::elapsed)
    }
}
