use crate::cell::{arena_bytes, used_arenas, used_cells};
use crate::collector::late_runs;
use crate::metric::{
    CallbackCounter, CallbackGauge, Family, Gauge, OverflowedLookups, rejected_exemplars, rejected_updates,
};
use crate::registry::{collector_faults, entry};
use crate::timed::unreported_calls;
use crate::{LabelSet, Metrics, private};
use std::sync::LazyLock;

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
    /// Threads that have copies of their own of what they count; others share one.
    arenas: CallbackGauge,
    /// Memory of all threads' copies.
    #[metric(unit = Bytes)]
    arena_memory: CallbackGauge,
    /// Numbers that series consist of: one of a counter, one for each bucket of a histogram and two more.
    cells: CallbackGauge,
    /// Families left out of a page: their collector panicked, or they clash with others.
    collector_faults: CallbackCounter,
    /// Times that a scrape went without a collector that was late.
    late_collector_runs: CallbackCounter,
    /// Copies of this library in the program whose metrics this page cannot show.
    other_copies: Family<OtherCopy<'static>, Gauge>,
    /// Lookups beyond the most series of a family, which counted in its overflow series.
    overflowed_lookups: OverflowedLookups,
    /// Exemplars of a supplier that were none: too long, or with a name that breaks a rule.
    rejected_exemplars: CallbackCounter,
    /// Amounts that no counter took because they were negative, NaN or infinite.
    rejected_updates: CallbackCounter,
    /// Calls of instrumented functions that were not observed, because a closure of the attribute panicked.
    unreported_calls: CallbackCounter,
}

#[derive(LabelSet)]
struct OtherCopy<'a> {
    version: &'a str,
}

impl SelfMetrics {
    /// An instance that shows the counts of this process.
    pub fn counting() -> Self {
        let metrics = Self::new();
        metrics.arenas.set_function(used_arenas);
        metrics.arena_memory.set_function(arena_bytes);
        metrics.cells.set_function(|| u64::from(used_cells()));
        metrics.collector_faults.set_function(collector_faults);
        metrics.late_collector_runs.set_function(late_runs);
        for version in entry::others().into_keys() {
            metrics.other_copies.with(&OtherCopy { version }).set(1.0);
        }
        metrics.rejected_exemplars.set_function(rejected_exemplars);
        metrics.rejected_updates.set_function(rejected_updates);
        metrics.unreported_calls.set_function(unreported_calls);
        metrics
    }
}

// This entry is also what others know this copy by, and what keeps the slice from being empty: one Windows linker
// crashes on that.
crate::__entry!(private::Entry {
    crate_name: env!("CARGO_CRATE_NAME"),
    name: "SelfMetrics",
    location: private::Location { file: file!(), line: line!(), column: column!() },
    described: private::Described::of::<SelfMetrics>(),
    visit: |visit| {
        static GLOBAL: LazyLock<SelfMetrics> = LazyLock::new(SelfMetrics::counting);
        GLOBAL.visit(visit);
    },
});
