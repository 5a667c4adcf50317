use crate::metric::{CallbackCounter, rejected_updates};
use crate::registry::{Source, collector_faults};
use crate::{Metrics, private};

/// What this library counts of itself, on the page of the global registry.
///
/// For the page of a registry of your own:
///
/// ```
/// use metrics_core::{Registry, SelfMetrics};
/// use std::sync::Arc;
/// let registry = Registry::new();
/// registry.register_metrics(Arc::new(SelfMetrics::counting()))?;
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[derive(Debug, Metrics)]
#[metrics(prefix = "metrics_core", group)]
pub struct SelfMetrics {
    /// Families left out of a page because their collector panicked.
    collector_faults: CallbackCounter,
    /// Amounts that no counter took because they were negative, NaN or infinite.
    rejected_updates: CallbackCounter,
}

impl SelfMetrics {
    /// An instance that shows the counts of this process.
    pub fn counting() -> Self {
        let metrics = Self::new();
        metrics.collector_faults.set_function(collector_faults);
        metrics.rejected_updates.set_function(rejected_updates);
        metrics
    }
}

// This entry is also the one that keeps the slice from being empty: one Windows linker crashes on that.
crate::__entry!(private::Entry {
    abi: private::Entry::ABI,
    crate_name: env!("CARGO_CRATE_NAME"),
    name: "SelfMetrics",
    location: private::Location { file: file!(), line: line!(), column: column!() },
    source: || {
        static GLOBAL: private::LazyLock<SelfMetrics> = private::LazyLock::new(SelfMetrics::counting);
        let source: Box<dyn Source> = private::derived(&*GLOBAL);
        source
    },
});
