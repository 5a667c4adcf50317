use super::Collector;
use crate::model::{Desc, MetricFamily};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A collector that no scrape waits for longer than so long.
///
/// It runs on a thread of its own, one run at a time: one that never ends costs one thread, and not one for each scrape.
/// A scrape that comes when a run is late, its own or a former one, goes without these families, or has those of the
/// last run that ended ([`keep_last`](Self::keep_last)); `metrics_core_late_collector_runs_total` counts it.
///
/// ```
/// use metrics_core::model::{GaugeMetricFamily, MetricFamily};
/// use metrics_core::{Registry, collector::Deadline};
/// use std::{sync::Arc, time::Duration};
///
/// fn slow_disk() -> Vec<MetricFamily> {
///     vec![GaugeMetricFamily::single("disk_errors", "Errors of the disk.", 0).unwrap().into()]
/// }
///
/// let registry = Registry::new();
/// registry.register_collector(Arc::new(Deadline::new(slow_disk, Duration::from_millis(500)).keep_last()))?;
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
pub struct Deadline<C> {
    collector: Arc<C>,
    limit: Duration,
    keep_last: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A run that was late.
    running: Option<Receiver<Outcome>>,
    last: Vec<MetricFamily>,
}

/// What a run gives, or its panic.
type Outcome = thread::Result<Vec<MetricFamily>>;

static LATE: AtomicU64 = AtomicU64::new(0);

/// Scrapes that went without a collector's families of then.
pub(crate) fn late_runs() -> u64 {
    LATE.load(Relaxed)
}

impl<C: Collector + 'static> Deadline<C> {
    /// One that a scrape waits for no longer than `limit`.
    pub fn new(collector: C, limit: Duration) -> Self {
        Self { collector: Arc::new(collector), limit, keep_last: false, state: Mutex::default() }
    }

    /// Lets a scrape that goes without have the families of the last run that ended.
    #[must_use]
    pub fn keep_last(self) -> Self {
        Self { keep_last: true, ..self }
    }

    /// What `work` gives, on a thread of its own, and where to wait for it.
    fn start<T: Send + 'static>(&self, work: fn(&C) -> T) -> std::io::Result<Receiver<thread::Result<T>>> {
        let collector = Arc::clone(&self.collector);
        let (result, receiver) = sync_channel(1);
        thread::Builder::new().name("metrics-collector".to_owned()).spawn(move || {
            // Nobody may wait any more.
            let _ = result.send(catch_unwind(AssertUnwindSafe(|| work(&collector))));
        })?;
        Ok(receiver)
    }

    fn late(&self, state: &State) -> Vec<MetricFamily> {
        LATE.fetch_add(1, Relaxed);
        if self.keep_last { state.last.clone() } else { Vec::new() }
    }
}

impl<C: Collector + 'static> Collector for Deadline<C> {
    fn collect(&self) -> Vec<MetricFamily> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &state.running {
            match running.try_recv() {
                Err(TryRecvError::Empty) => return self.late(&state),
                Ok(Ok(families)) => state.last = families,
                Ok(Err(_)) | Err(TryRecvError::Disconnected) => {}
            }
            state.running = None;
        }
        // Without a thread there is no run, which is late then.
        let Ok(receiver) = self.start(C::collect) else { return self.late(&state) };
        match receiver.recv_timeout(self.limit) {
            Ok(Ok(families)) => {
                if self.keep_last {
                    state.last.clone_from(&families);
                }
                families
            }
            Ok(Err(panic)) => {
                drop(state);
                resume_unwind(panic)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                state.running = Some(receiver);
                self.late(&state)
            }
        }
    }

    /// What the collector says within the limit; nothing otherwise, and then its families are looked at in each scrape.
    fn describe(&self) -> Vec<Desc> {
        let described = self.start(C::describe).ok().and_then(|receiver| receiver.recv_timeout(self.limit).ok());
        match described {
            Some(Err(panic)) => resume_unwind(panic),
            described => described.and_then(Result::ok).unwrap_or_default(),
        }
    }
}

impl<C> fmt::Debug for Deadline<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline")
            .field("limit", &self.limit)
            .field("keep_last", &self.keep_last)
            .finish_non_exhaustive()
    }
}
