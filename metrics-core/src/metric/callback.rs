use super::collect::{Child, Spec, instrument};
use super::points::Points;
use crate::cell::Stopped;
use crate::model::{Number, Point};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

type Callback = Arc<dyn Fn() -> Number + Send + Sync>;

/// What all kinds are: a function that a scrape calls.
#[derive(Default)]
struct Slot {
    callback: RwLock<Option<Callback>>,
    /// Whether it belongs to the present life. One of a life before stays until there is another: where lives begin, what
    /// the function captured cannot be dropped.
    is_present: AtomicBool,
}

impl Slot {
    fn set(&self, callback: Callback) {
        let mut slot = self.callback.write().unwrap_or_else(PoisonError::into_inner);
        let before = slot.replace(callback);
        self.is_present.store(true, Relaxed);
        drop(slot);
        // Not under the lock: what the function captured may do anything when it is dropped.
        drop(before);
    }

    /// Not called under the lock: it may set another one.
    fn call(&self) -> Option<Number> {
        let slot = self.callback.read().unwrap_or_else(PoisonError::into_inner);
        let callback = slot.clone().filter(|_| self.is_present.load(Relaxed));
        drop(slot);
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

        instrument!(impl[] $name, $kind);

        impl Child for $name {
            type Shared = ();

            fn shared(_: &Spec<'_>, _: &'static [&'static str]) {}

            fn create((): &()) -> Self {
                Self::default()
            }

            fn give<'a>(
                _: usize,
                children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
                points: &mut Points<'_>,
            ) {
                for (own, child) in children {
                    if let Some($value) = child.0.call() {
                        $point.into_iter().for_each(|point| points.push(own, point));
                    }
                }
            }

            fn restart(&self, _: &mut Stopped<'static>) {
                self.0.is_present.store(false, Relaxed);
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

callback! {
    /// A value of which nobody knows whether it counts or measures, computed when it is scraped: what another program
    /// reports. Where you know it, take a [`CallbackCounter`] or a [`CallbackGauge`].
    ///
    /// ```
    /// use metrics_core::{CallbackUnknown, Family, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Register<'a> { register: &'a str }
    ///
    /// let registers = Family::<Register<'static>, CallbackUnknown>::new();
    /// registers.with(&Register { register: "0x40" }).set_function(|| 7.5);
    /// ```
    CallbackUnknown, Unknown, |value| Some(Point::Unknown { value, exemplar: None })
}
