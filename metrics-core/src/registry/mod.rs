//! Registries: which metrics a page shows.

mod clash;
mod definition;
pub(crate) mod entry;
mod error;
mod families;
mod gather;
mod global;
mod group;
mod metrics;
mod samples;
mod scope;
mod scrape;
mod source;
mod view;

use crate::collector::Collector;
use crate::model::{Desc, Location};
use crate::name::{Validation, default_validation};
use families::{Collected, Families, Only, next_id};
use scope::Scope;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use definition::{Definition, Registrable};
pub use error::{MissingCrates, RegisterError, Unexposed};
pub use metrics::Metrics;
pub use scrape::{Aborted, Scrape};
pub(crate) use scrape::{collector_faults, forget};
pub use source::{Source, SourceFamily};

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
#[derive(Clone)]
pub struct Registry {
    inner: Arc<RwLock<Inner>>,
    /// What is put before that which is registered through this one.
    scope: Scope,
    /// What a scrape of this one is restricted to.
    only: Option<Only>,
}

#[derive(Default)]
struct Inner {
    families: Families,
    /// What the linker gathered and could not be registered.
    refused: Option<Unexposed>,
    /// `None`: whatever is the default just then.
    validation: Option<Validation>,
    target: Option<(Registration, Vec<(String, String)>)>,
    /// Those that are shown too.
    merged: Vec<Registry>,
    /// Other processes are told of what is registered.
    is_announced: bool,
}

/// What was registered; see [`Registry::unregister`]. Dropping it does nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Registration(u64);

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        let inner = Inner { validation: Some(default_validation()), ..Inner::default() };
        Self::of(inner)
    }

    fn of(inner: Inner) -> Self {
        Self { inner: Arc::new(RwLock::new(inner)), scope: Scope::default(), only: None }
    }

    /// The registry of the whole program.
    ///
    /// The first call gathers what the derives generated and makes an instance of each struct, so that
    /// metrics that were never touched are exposed too. Two of them with one name do not stop the program:
    /// the first by file and line is exposed, the other left out; see [`check`](Self::check). So is one whose
    /// instance cannot be made for a panic of yours, and everything that belongs to another version of this crate.
    /// All of it is one message on stderr. What makes an instance (`Default` of skipped fields) must not call this.
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
    pub fn register<I: Registrable>(
        &self,
        definition: Definition,
        metric: Arc<I>,
    ) -> Result<Registration, RegisterError> {
        self.register_source(Arc::new(definition.define(metric, Location::caller())?))
    }

    /// Exposes an instance of a derived struct.
    ///
    /// # Errors
    /// If a name is taken. Then none of its metrics is exposed.
    pub fn register_metrics<T: Metrics>(&self, metrics: Arc<T>) -> Result<Registration, RegisterError> {
        self.register_source(source::shared(metrics))
    }

    /// Exposes the families of any source.
    ///
    /// # Errors
    /// If a name breaks a rule or is taken. Then none of the source's families is exposed.
    pub fn register_source(&self, source: Arc<dyn Source>) -> Result<Registration, RegisterError> {
        let added = source.families().into_iter().map(|family| self.scope.enter(family)).collect();
        let validation = self.validation();
        let mut inner = self.write();
        let id = inner.families.add_source(&source, added, validation)?;
        let told = if inner.is_announced { inner.families.sources(Some(id)) } else { Vec::new() };
        drop(inner);
        told.iter().for_each(|(source, family, name)| source.announce(*family, Some(name)));
        Ok(Registration(id))
    }

    /// Tells other processes of what is registered here, and of what will be.
    pub(crate) fn announce(&self) {
        let mut inner = self.write();
        let is_announced = std::mem::replace(&mut inner.is_announced, true);
        let told = if is_announced { Vec::new() } else { inner.families.sources(None) };
        drop(inner);
        told.iter().for_each(|(source, family, name)| source.announce(*family, Some(name)));
    }

    /// Exposes what a collector gives, asked at each scrape. One collector may be in several registries.
    ///
    /// # Errors
    /// If a family that it [describes](Collector::describe) has a name that breaks a rule or is taken, or it panics when
    /// it is asked for that.
    #[track_caller]
    pub fn register_collector(&self, collector: Arc<dyn Collector>) -> Result<Registration, RegisterError> {
        let location = Location::caller();
        let described = catch_unwind(AssertUnwindSafe(|| collector.describe())).map_err(|payload| {
            forget(payload);
            RegisterError::Describing { location }
        })?;
        let bare = described.into_iter().map(SourceFamily::bare);
        let described: Vec<_> = bare.map(|family| self.scope.enter(family)).collect();
        let names = described.iter().map(|family| (family.desc.name.clone(), family.desc.kind)).collect();
        let (scope, validation) = (self.scope.clone(), self.validation());
        let collected = Collected { id: next_id(), collector, scope, validation, described: Arc::new(names) };
        self.write().families.add_collector(collected, described).map(Registration)
    }

    /// Takes what was registered off the page; whether it was there. Scrapes under way still show it.
    ///
    /// ```
    /// use metrics_core::{Counter, Registry, registry::Definition};
    /// use std::sync::Arc;
    ///
    /// let registry = Registry::new();
    /// let jobs = registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
    /// assert!(registry.unregister(jobs));
    /// assert!(registry.descs().is_empty() && !registry.unregister(jobs));
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    pub fn unregister(&self, registration: Registration) -> bool {
        let mut inner = self.write();
        let told = if inner.is_announced { inner.families.sources(Some(registration.0)) } else { Vec::new() };
        let was_there = inner.families.remove(registration.0);
        drop(inner);
        told.iter().for_each(|(source, family, _)| source.announce(*family, None));
        was_there
    }

    /// Whether everything that the linker gathered is exposed by the global registry; always fine for another
    /// one, which refuses when it is asked. For a test of yours there is
    /// [`assert_valid`](crate::testing::assert_valid).
    ///
    /// # Errors
    /// All mistakes that only the whole program can show, at once: every pair of families with one name that have two
    /// types, helps, units or sets of label names, or nothing to tell their series apart, with both places; what could
    /// not be made; and the versions of this crate that are in the program too, with the crates whose metrics they have.
    pub fn check(&self) -> Result<(), Unexposed> {
        self.read().refused.clone().map_or(Ok(()), Err)
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

    /// Begins a scrape: a pass over all families in the order of their names, `target_info` first.
    pub fn scrape(&self) -> Scrape {
        let (page, faults) = self.page();
        Scrape::new(page, faults)
    }

    /// What is registered, by name, without what collectors did not describe.
    pub fn descs(&self) -> Vec<Desc> {
        self.page().0.families.iter().map(|family| family.desc.clone()).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = Arc::clone(&self.read().families.page().families);
        f.debug_list().entries(families.iter().map(|family| &family.desc.name)).finish()
    }
}
