use super::PushMetrics;
use std::sync::Arc;
use std::time::Duration;

/// When a loop pushes.
///
/// ```
/// use metrics_exposition::push::Options;
/// use std::time::Duration;
///
/// let often = Options::new().interval(Duration::from_secs(5)).timeout(Duration::from_secs(2));
/// # let _ = often;
///
/// let defaults = format!("{:?}", Options::new());
/// assert!(defaults.contains("interval: 30s, jitter: None, timeout: 10s, first_retry: 1s, last_retry: 60s"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(super) interval: Duration,
    pub(super) jitter: Option<Duration>,
    pub(super) timeout: Duration,
    pub(super) first_retry: Duration,
    pub(super) last_retry: Duration,
    pub(super) metrics: Option<Arc<PushMetrics>>,
}

impl Options {
    /// The defaults, which each method names.
    pub const fn new() -> Self {
        Self {
            interval: Duration::from_secs(30),
            jitter: None,
            timeout: Duration::from_secs(10),
            first_retry: Duration::from_secs(1),
            last_retry: Duration::from_secs(60),
            metrics: None,
        }
    }

    /// From one push to the next; by default 30 s, and a millisecond at least. A push that takes longer makes the next
    /// ones wait for their turn: those that were missed are left out.
    pub fn interval(self, interval: Duration) -> Self {
        Self { interval: interval.max(Duration::from_millis(1)), ..self }
    }

    /// Each push comes up to so much later than its turn, by chance, so that programs that were started together do not
    /// push together. By default a tenth of the interval.
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter: Some(jitter), ..self }
    }

    /// How long a push may take; by default 10 s. That holds for the last one, too, when the loop is stopped.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: timeout.max(Duration::from_millis(1)), ..self }
    }

    /// How long to wait after a push that failed: `first` after the first one, and twice as long after each that follows it,
    /// up to `last`; of these times, a part by chance, half of it at least. By default 1 s and 60 s.
    pub fn back_off(self, first: Duration, last: Duration) -> Self {
        Self { first_retry: first, last_retry: last.max(first), ..self }
    }

    /// Where pushes are counted, instead of on the page of the global registry.
    pub fn metrics(self, metrics: Arc<PushMetrics>) -> Self {
        Self { metrics: Some(metrics), ..self }
    }

    pub(super) fn longest_jitter(&self) -> Duration {
        self.jitter.unwrap_or(self.interval / 10)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
