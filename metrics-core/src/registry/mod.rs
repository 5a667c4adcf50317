//! Registries: which metrics a page shows.

mod definition;
pub(crate) mod entry;
mod error;
mod families;
mod global;
mod metrics;
mod scrape;
mod source;

use crate::metric::Instrument;
use crate::model::{Desc, Location};
use families::Families;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use definition::Definition;
pub use error::{MissingCrates, RegisterError};
pub use metrics::Metrics;
pub(crate) use scrape::collector_faults;
pub use scrape::{Aborted, Scrape};
pub use source::{Source, SourceFamily, derived};

/// What a scrape shows: the metrics that were registered in it.
///
/// [`Registry::global`] holds all structs with `#[derive(Metrics)]` and all functions with
/// `#[instrument_histogram]` of the program, and what was registered in it at run time. [`Registry::new`]
/// is independent of it: for tests, and for pages of their own.
///
/// Clones are the same registry. All methods may be called from any thread.
///
/// ```
/// use metrics_core::{Counter, Registry, registry::Definition};
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// let jobs = Arc::new(Counter::new());
/// registry.register(Definition::new("jobs", "Jobs done."), jobs.clone())?;
///
/// let clash = registry.register(Definition::new("jobs", "Something else."), Arc::new(Counter::new()));
/// assert!(clash.is_err());
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    inner: Arc<RwLock<Inner>>,
}

#[derive(Default)]
struct Inner {
    families: Families,
    /// What the linker gathered and could not be registered.
    refused: Vec<RegisterError>,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// The registry of the whole program.
    ///
    /// The first call gathers what the derives generated and makes an instance of each struct, so that
    /// metrics that were never touched are exposed too. Two of them with one name do not stop the program:
    /// the first by file and line is exposed, the other left out; see [`check`](Self::check). So is one whose
    /// instance cannot be made for a panic of yours, and everything that belongs to another version of this crate.
    /// Each is a line on stderr. What makes an instance (`Default` of skipped fields) must not call this.
    pub fn global() -> &'static Self {
        static GLOBAL: OnceLock<Registry> = OnceLock::new();
        GLOBAL.get_or_init(global::gather)
    }

    /// Exposes one metric under a name that is known at run time.
    ///
    /// # Errors
    /// If the name, a constant label or the help breaks a rule, or the name is taken: by another family, or
    /// by a sample that its type implies (`jobs_total`).
    #[track_caller]
    pub fn register<I: Instrument>(&self, definition: Definition, metric: Arc<I>) -> Result<(), RegisterError> {
        self.register_source(Arc::new(definition.define(metric, Location::caller())?))
    }

    /// Exposes an instance of a derived struct.
    ///
    /// # Errors
    /// If a name is taken. Then none of its metrics is exposed.
    pub fn register_metrics<T: Metrics>(&self, metrics: Arc<T>) -> Result<(), RegisterError> {
        self.register_source(source::shared(metrics))
    }

    /// Exposes the families of any source.
    ///
    /// # Errors
    /// If a name breaks a rule or is taken. Then none of the source's families is exposed.
    pub fn register_source(&self, source: Arc<dyn Source>) -> Result<(), RegisterError> {
        let added = source.families();
        self.write().families.add(&source, added)
    }

    /// Whether everything that the linker gathered is exposed by the global registry; always fine for another
    /// one, which refuses when it is asked. Meant for a test of yours:
    ///
    /// ```standalone_crate
    /// metrics_core::Registry::global().check().unwrap();
    /// ```
    ///
    /// # Errors
    /// The first of the families that were left out, with both places; then the versions of this crate that are in the
    /// program too, with the crates whose metrics they have.
    pub fn check(&self) -> Result<(), RegisterError> {
        self.read().refused.first().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Whether each of these crates has metrics in the program. The linker drops a dependency that the
    /// program never names, and its metrics with it; calling this at start tells. See
    /// [`link!`](crate::link) for the cure.
    ///
    /// ```
    /// use metrics_core::Registry;
    /// Registry::require_crates(&["metrics_core"])?;
    /// assert!(Registry::require_crates(&["payments"]).is_err());
    /// # Ok::<(), metrics_core::registry::MissingCrates>(())
    /// ```
    ///
    /// # Errors
    /// The crates of which there is no derived struct and no instrumented function, and those that have some in
    /// another version of this crate.
    pub fn require_crates(names: &[&str]) -> Result<(), MissingCrates> {
        global::require_crates(names)
    }

    /// Begins a scrape: a pass over all families in the order of their names.
    pub fn scrape(&self) -> Scrape {
        Scrape::new(self.read().families.snapshot())
    }

    /// What is registered, by name.
    pub fn descs(&self) -> Vec<Desc> {
        self.read().families.snapshot().iter().map(|family| family.desc.clone()).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = self.read().families.snapshot();
        f.debug_list().entries(families.iter().map(|family| &family.desc.name)).finish()
    }
}
