use super::collect::{Collect, Cursor, Instrument, Points, Spec};
use crate::model::{Kind, Number, Point};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

type Callback = Arc<dyn Fn() -> Number + Send + Sync>;

/// What both kinds are: a function that a scrape calls.
#[derive(Default)]
struct Slot(RwLock<Option<Callback>>);

impl Slot {
    fn set(&self, callback: Callback) {
        let before = self.0.write().unwrap_or_else(PoisonError::into_inner).replace(callback);
        // Not under the lock: what the function captured may do anything when it is dropped.
        drop(before);
    }

    /// Not called under the lock: it may set another one.
    fn call(&self) -> Option<Number> {
        let callback = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        callback.map(|callback| callback())
    }
}

macro_rules! callback {
    ($(#[$doc:meta])* $name:ident, $kind:ident, |$value:ident| $point:expr) => {
        $(#[$doc])*
        ///
        /// Without a function it has no value and is left out of the page. The function is called once for each
        /// scrape, on the thread that encodes, with no lock held. If it panics, its family is left out of that
        /// page and `metrics_core_collector_faults_total` counts one more.
        #[derive(Default)]
        pub struct $name(Slot);

        impl $name {
            /// One that calls `function`.
            pub fn new<N: Into<Number>>(function: impl Fn() -> N + Send + Sync + 'static) -> Self {
                let callback = Self::default();
                callback.set_function(function);
                callback
            }

            /// From the next scrape on, the value is what `function` returns: an `f64`, `u64` or `i64`.
            pub fn set_function<N: Into<Number>>(&self, function: impl Fn() -> N + Send + Sync + 'static) {
                self.0.set(Arc::new(move || function().into()));
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl Collect for $name {
            fn collect(&self, _: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
                if let Some($value) = self.0.call() {
                    $point.into_iter().for_each(|point| points.push("", point));
                }
                None
            }
        }

        impl Instrument for $name {
            const KIND: Kind = Kind::$kind;
            const LABEL_NAMES: &'static [&'static str] = &[];

            fn build(_: &Spec<'_>) -> Self {
                Self::default()
            }
        }
    };
}

callback! {
    /// A gauge whose value is computed when it is scraped: a pool's size, a temperature.
    ///
    /// ```
    /// use metrics_core::{CallbackGauge, Metrics};
    /// use std::sync::Mutex;
    ///
    /// #[derive(Metrics)]
    /// struct QueueMetrics {
    ///     /// Jobs that wait.
    ///     jobs_waiting: CallbackGauge,
    /// }
    ///
    /// static QUEUE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    /// QueueMetrics::global().jobs_waiting.set_function(|| QUEUE.lock().unwrap().len());
    /// ```
    CallbackGauge, Gauge, |value| Some(Point::Gauge { value, exemplar: None })
}

callback! {
    /// A counter that something else counts: the kernel, an allocator. A value that is negative, NaN or
    /// infinite is left out.
    ///
    /// ```
    /// use metrics_core::CallbackCounter;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// static CALLS: AtomicU64 = AtomicU64::new(0);
    /// let calls = CallbackCounter::new(|| CALLS.load(Ordering::Relaxed));
    /// ```
    CallbackCounter, Counter, |value| (0.0..f64::INFINITY).contains(&value.as_f64()).then_some(Point::Counter { value, exemplar: None, created: None })
}
