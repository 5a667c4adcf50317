use super::{RegisterError, Registry};
use crate::metric::Part;
use crate::model::{Field, LabelText, Scope};
use std::sync::Arc;

/// A struct of metrics. Derive it; see [`derive@crate::Metrics`].
///
/// The derive adds an inherent `global()` that returns the one instance that the
/// [global registry](Registry::global) exposes. Everything else is here, so that it cannot clash with
/// methods of your own.
///
/// ```
/// use metrics_core::{Counter, Metrics, Registry};
///
/// #[derive(Metrics)]
/// struct Jobs {
///     /// Jobs done.
///     done: Counter,
/// }
///
/// // An instance of its own, for a test or a registry of your own:
/// let registry = Registry::new();
/// let jobs = Jobs::register_in(&registry)?;
/// jobs.done.inc();
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no struct of metrics",
    label = "needs `#[derive(Metrics)]`",
    note = "a metric type (`Counter`, `Gauge`, `Histogram`, a `Family` of one) is a plain field, without `group`",
    note = "a family is of a metric, `Family<Labels, Counter>`, or of a struct of metrics"
)]
pub trait Metrics: Send + Sync + Sized + 'static {
    /// What every name begins with; empty: nothing.
    const PREFIX: &'static str = "";
    /// Labels that every series carries.
    const CONST_LABELS: &'static [(&'static str, LabelText)] = &[];
    /// The fields that are metrics or groups of metrics, in the order in which they stand.
    const FIELDS: &'static [Field];

    /// Makes an instance, below the prefixes of `scope`. Called by the derives; use [`new`](Self::new).
    fn build(scope: &Scope<'_>) -> Self;

    /// Calls `visit` with each family in the order of [`FIELDS`](Self::FIELDS), groups flattened; with
    /// `None` for an optional metric that is absent.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Option<Part<'a>>));

    /// An instance that no registry exposes.
    fn new() -> Self {
        Self::build(&Scope::ROOT)
    }

    /// A new instance that `registry` exposes.
    ///
    /// # Errors
    /// If one of its names is taken in that registry.
    #[track_caller]
    fn register_in(registry: &Registry) -> Result<Arc<Self>, RegisterError> {
        let metrics = Arc::new(Self::new());
        registry.register_metrics(Arc::clone(&metrics))?;
        Ok(metrics)
    }
}
