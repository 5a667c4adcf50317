//! Metrics that something else keeps: an operating system, a database, a health check. Asked for at each scrape.

mod deadline;
mod latest;

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
}

impl<F: Fn() -> Vec<MetricFamily> + Send + Sync> Collector for F {
    fn collect(&self) -> Vec<MetricFamily> {
        self()
    }
}
