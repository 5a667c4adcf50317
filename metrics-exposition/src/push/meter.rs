use super::{Backend, Options, PushError};
use metrics_core::{CallbackGauge, Counter, Family, Gauge, LabelSet, Metrics};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What loops count of themselves, by backend and address. All of them count in the [global](Self::global) instance, on
/// the page of the global registry, if their [options](Options::metrics) do not name another one.
///
/// ```
/// use metrics_core::{Metrics, Registry};
/// use metrics_exposition::push::{Options, PushMetrics};
///
/// let registry = Registry::new();
/// let options = Options::new().metrics(PushMetrics::register_in(&registry)?);
/// # let _ = options;
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[derive(Debug, Metrics)]
#[metrics(prefix = "metrics_exposition")]
pub struct PushMetrics {
    /// Attempts to push.
    pushes: Family<Destination<'static>, Counter>,
    /// Attempts to push that failed.
    push_failures: Family<Destination<'static>, Counter>,
    /// What was sent, whether all of its push was or not.
    #[metric(unit = Bytes)]
    pushed: Family<Destination<'static>, Counter>,
    /// What waits to be sent, because the server is away.
    #[metric(unit = Bytes)]
    push_waiting: Family<Destination<'static>, Gauge<i64>>,
    /// Samples that were not sent and never will be: the server was away for too long, or would not take them.
    push_dropped_samples: Family<Destination<'static>, Counter>,
    /// Samples that were sent under the name of another one, because the backend cannot tell them apart.
    push_merged_samples: Family<Destination<'static>, Counter>,
    /// Since the last push that succeeded; since the start, if none did.
    #[metric(unit = Seconds)]
    push_last_success_age: Family<Destination<'static>, CallbackGauge>,
}

#[derive(LabelSet)]
struct Destination<'a> {
    backend: &'a str,
    address: &'a str,
}

/// Counts what a backend does: in [`PushMetrics`], under its name and address.
pub struct Meter {
    /// `None`: the global ones.
    metrics: Option<Arc<PushMetrics>>,
    backend: &'static str,
    address: String,
    /// `None`: nobody pushes at an interval, so that there is no age to speak of.
    last_success: Option<Arc<Mutex<Instant>>>,
}

impl Meter {
    pub(super) fn new(backend: &dyn Backend, options: &Options) -> Self {
        let metrics = options.metrics.clone();
        Self { metrics, backend: backend.name(), address: backend.address(), last_success: None }
    }

    /// So many bytes are on their way.
    pub fn sent(&self, bytes: usize) {
        self.metrics().pushed.with(&self.destination()).inc_by(bytes as u64);
    }

    /// So many bytes wait to be sent.
    pub fn waiting(&self, bytes: usize) {
        self.metrics().push_waiting.with(&self.destination()).set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// So many samples are lost.
    pub fn dropped(&self, samples: u64) {
        if samples > 0 {
            self.metrics().push_dropped_samples.with(&self.destination()).inc_by(samples);
        }
    }

    /// So many samples went under the name of another one.
    pub fn merged(&self, samples: u64) {
        if samples > 0 {
            self.metrics().push_merged_samples.with(&self.destination()).inc_by(samples);
        }
    }

    pub(super) fn attempt(&self, push: impl FnOnce() -> Result<(), PushError>) -> Result<(), PushError> {
        let destination = self.destination();
        self.metrics().pushes.with(&destination).inc();
        let failures = self.metrics().push_failures.with(&destination);
        let result = push();
        match (&result, &self.last_success) {
            (Ok(()), Some(last)) => *last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now(),
            (Ok(()), None) => {}
            (Err(_), _) => failures.inc(),
        }
        result
    }

    /// From now on the page says how long ago the last success was.
    pub(super) fn show_age(&mut self) {
        let last_success = Arc::new(Mutex::new(Instant::now()));
        self.last_success = Some(Arc::clone(&last_success));
        let age = move || last_success.lock().unwrap_or_else(PoisonError::into_inner).elapsed().as_secs_f64();
        self.metrics().push_last_success_age.with(&self.destination()).set_function(age);
    }

    /// It pushes no more, and that is all right.
    pub(super) fn hide_age(&self) {
        self.metrics().push_last_success_age.remove(&self.destination());
    }

    fn metrics(&self) -> &PushMetrics {
        self.metrics.as_deref().unwrap_or_else(|| PushMetrics::global())
    }

    fn destination(&self) -> Destination<'_> {
        Destination { backend: self.backend, address: &self.address }
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("backend", &self.backend).field("address", &self.address).finish_non_exhaustive()
    }
}
