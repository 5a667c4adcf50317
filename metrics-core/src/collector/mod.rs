//! Metrics that something else keeps: an operating system, a database, a health check. Asked for at each scrape.

mod deadline;
mod latest;

use crate::metric::{Cursor, Points};
use crate::model::{Desc, MetricFamily};
pub use deadline::Deadline;
pub(crate) use deadline::late_runs;
pub use latest::Latest;

/// Makes metric families when they are asked for.
///
/// A closure is one; so is any type that implements this. See
/// [`Registry::register_collector`](crate::Registry::register_collector).
///
/// ```
/// use metrics_core::model::{GaugeMetricFamily, MetricFamily};
/// use metrics_core::{Collector, Registry};
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// registry.register_collector(Arc::new(|| {
///     let threads = std::thread::available_parallelism().map_or(1, usize::from);
///     vec![GaugeMetricFamily::single("threads", "Threads that can run at once.", threads).unwrap().into()]
/// }))?;
/// assert!(registry.get_sample_value("threads", &[]).unwrap() >= 1.0);
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
///
/// It is called once for each scrape, on the thread that encodes, with no lock held, several scrapes at once. If it
/// panics, all of its families are left out of that page, and `metrics_core_collector_faults_total` counts them. One
/// that may take long belongs into a [`Deadline`], or gives what a task of its own keeps fresh: [`Latest`].
pub trait Collector: Send + Sync {
    /// The families as they are now.
    fn collect(&self) -> Vec<MetricFamily>;

    /// What families there may be, asked for once, when it is registered: those clash with others then, and not in the
    /// middle of the night. By default, what [`collect`](Self::collect) gives just then; a collector for which that is
    /// costly, or does something, says it here.
    ///
    /// A family that is not among them is looked at in each scrape: where it clashes with another one, it is left out,
    /// and `metrics_core_collector_faults_total` counts it. Where nothing is described, all are.
    fn describe(&self) -> Vec<Desc> {
        self.collect().iter().map(|family| family.desc().clone()).collect()
    }

    /// What a scrape takes instead of [`collect`](Self::collect), if there is one: families that need not be owned to be
    /// shown.
    fn snapshot(&self) -> Option<Box<dyn Snapshot>> {
        None
    }
}

/// The families of a [`Collector`] at one moment, of which a scrape takes some points at a time.
///
/// ```
/// use metrics_core::collector::Snapshot;
/// use metrics_core::metric::{Cursor, Points};
/// use metrics_core::model::{Desc, Kind, Point};
/// use metrics_core::{Collector, Registry};
/// use std::sync::Arc;
///
/// struct Load(Arc<[f64]>);
///
/// impl Collector for Load {
///     fn collect(&self) -> Vec<metrics_core::model::MetricFamily> {
///         unreachable!("there is a snapshot")
///     }
///     fn describe(&self) -> Vec<Desc> {
///         Vec::new() // looked at in each scrape
///     }
///     fn snapshot(&self) -> Option<Box<dyn Snapshot>> {
///         Some(Box::new(Self(self.0.clone())))
///     }
/// }
///
/// impl Snapshot for Load {
///     fn descs(&self) -> Vec<Desc> {
///         vec![Desc::new("load", "Load of each core.", Kind::Gauge)]
///     }
///     fn collect(&self, _: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
///         let core = from.place();
///         let value = *self.0.get(core as usize)?;
///         points.push(&format!("core=\"{core}\""), Point::Gauge { value: value.into(), exemplar: None });
///         Some(Cursor::new(core + 1))
///     }
/// }
///
/// let registry = Registry::new();
/// registry.register_collector(Arc::new(Load([0.5, 0.25].into())))?;
/// assert_eq!(registry.get_sample_value("load", &[("core", "1")]), Some(0.25));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
pub trait Snapshot: Send + Sync {
    /// The families.
    fn descs(&self) -> Vec<Desc>;

    /// Gives some thousand points at most of family number `family`, from `from` on. Where to go on; `None`: that was all.
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor>;
}

impl<F: Fn() -> Vec<MetricFamily> + Send + Sync> Collector for F {
    fn collect(&self) -> Vec<MetricFamily> {
        self()
    }
}
