//! Families: one metric for each set of labels.

mod batch;
mod blocks;
mod build;
mod cap;
mod dense;
mod dynamic;
mod erased;
mod garbage;
mod handle;
mod hashed;
mod idle;
mod matching;
mod names;
mod reference;
mod series;
mod table;

use super::collect::{
    Capped, Child, Collect, HasBuckets, HasGaugeMode, HasNative, HasQuantiles, InFamily, Instrument, Measured, Mortal,
    Preset, Spec,
};
use super::journal::{Name, Named, journal};
use super::points::{Cursor, Points};
use crate::cell::Stopped;
use crate::label::{Dense, Density, Hashed, LabelSet, Listable, Unlisted};
use crate::model::{Kind, Labels};
use dense::DenseStore;
use erased::Erased;
use hashed::HashedStore;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use batch::Batch;
pub use cap::DEFAULT_MAX_SERIES;
pub(crate) use cap::OverflowedLookups;
pub use dynamic::{DynamicFamily, WrongLabelCount};
pub use handle::Handle;
pub use matching::UnknownLabel;
pub use reference::{Keepable, Ref};

/// A metric `M` for each set of labels `L`.
///
/// `L` says how its series are kept. If all labels are enums or `bool`, the family is an array and a lookup
/// an index computation, 1 to 2 ns with the increment. Otherwise it is a hash table that is read without a lock, about
/// 20 ns for two strings. Neither allocates on a hit, waits for another thread, or can deadlock.
///
/// ```
/// use metrics_core::{Counter, Family, LabelSet, LabelValue};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Method { Get, Post }
///
/// #[derive(LabelSet)]
/// struct Request<'a> { method: Method, route: &'a str }
///
/// // `Request<'static>` is the set; lookups take borrowed ones.
/// let requests = Family::<Request<'static>, Counter>::new();
/// let route = String::from("/cart");
/// requests.with(&Request { method: Method::Get, route: &route }).inc();
/// assert_eq!(requests.len(), 1);
/// # let _ = Method::Post;
/// ```
///
/// A series exists from its first lookup on, whether or not it was changed. Two sets of labels that read the
/// same as text are one series.
///
/// `M` may also be a struct of metrics. Then one lookup finds all that there is of these labels, and the family is
/// itself such a struct, marked `group` as a field: each metric in it is a family with the labels `L`.
///
/// ```
/// use metrics_core::{Counter, Family, LabelSet, Metrics, Summary};
///
/// #[derive(LabelSet)]
/// struct Upstream<'a> { upstream: &'a str }
///
/// #[derive(Metrics)]
/// #[metrics(group)]
/// struct Calls {
///     /// Calls made.
///     calls: Counter,
///     /// Time to answer.
///     #[metric(unit = Seconds)]
///     answer: Summary,
/// }
///
/// #[derive(Metrics)]
/// struct Gateway {
///     #[metric(group, prefix = "upstream")]
///     upstreams: Family<Upstream<'static>, Calls>,
/// }
///
/// let bank = Gateway::global().upstreams.with(&Upstream { upstream: "bank" });
/// bank.calls.inc(); // upstream_calls_total{upstream="bank"}
/// bank.answer.observe(0.5); // upstream_answer_seconds_sum{upstream="bank"}
/// ```
///
/// The struct holds no families of its own, an `Option` in it stays `None`, and skipped fields are made by `Default` with
/// each series.
///
/// A family may be shared between threads; a `&'static` one, as derived structs have it, is best.
// No bounds here: see `Erased`.
pub struct Family<L, M> {
    store: Erased<L, M>,
}

/// How families of a density keep their series. Sealed.
pub trait Storage: Density {
    #[doc(hidden)]
    type Store<M: Child>: Store<M>;
}

impl Storage for Dense {
    type Store<M: Child> = DenseStore<M>;
}

impl Storage for Hashed {
    type Store<M: Child> = HashedStore<M>;
}

/// What a family needs of its store.
#[doc(hidden)]
pub trait Store<M: Child>: Send + Sync + Sized + 'static {
    /// A series, kept for as long as this exists.
    type Found<'a>: Deref<Target = M>;

    fn new(schema: Schema, spec: &Spec<'_>) -> Self;
    fn with<L: LabelSet>(&self, labels: &L) -> Self::Found<'_>;
    fn handle(self: &Arc<Self>, found: &Self::Found<'_>) -> Handle<M>;
    fn remove<L: LabelSet>(&self, labels: &L) -> bool;
    fn retain(&self, keep: &mut dyn FnMut(Labels<'_>) -> bool);
    fn len(&self) -> usize;
    fn set_max_series(&self, max: Option<usize>);
    fn set_time_to_live(&self, ttl: Option<Duration>);
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor>;
    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>);
}

/// What a store knows of its label set.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    names: &'static [&'static str],
    /// The names as they stand in a page. The same, where the derive has checked that every reader knows them.
    rendered: &'static [&'static str],
    values: &'static [&'static [&'static str]],
}

impl<L: LabelSet<Density: Storage>, M: Child> Family<L, M> {
    /// An empty family that no registry exposes yet. Histograms get
    /// [`DEFAULT_BUCKETS`](crate::DEFAULT_BUCKETS).
    pub fn new() -> Self {
        Self::of(&Spec::BARE)
    }

    pub(crate) fn of(spec: &Spec<'_>) -> Self {
        let schema = Schema { names: L::NAMES, rendered: L::NAMES, values: L::VALUES };
        Self { store: Erased::new(Store::new(schema, spec)) }
    }

    /// Lets this family have at most `max` series ([`DEFAULT_MAX_SERIES`] otherwise), or any number of them with `None`.
    /// No meaning where all labels are enums or `bool`: such a family has a place for each, and its derive checks how
    /// many these are.
    ///
    /// What is looked up beyond counts in one more series, whose labels are all `__overflow__`: nothing is lost but
    /// whose it was. `metrics_core_overflowed_lookups_total` names the family, as does one line on stderr. Removing
    /// series makes room again.
    ///
    /// ```
    /// use metrics_core::{Counter, Family, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Page<'a> { path: &'a str }
    ///
    /// let hits = Family::<Page<'static>, Counter>::new().max_series(Some(2));
    /// for path in ["/", "/cart", "/wp-admin", "/.env"] {
    ///     hits.with(&Page { path }).inc();
    /// }
    /// assert_eq!(hits.with(&Page { path: "/another" }).get(), 2);
    /// assert_eq!(hits.len(), 3);
    /// ```
    pub fn max_series(self, max: Option<usize>) -> Self {
        self.store.get().set_max_series(max);
        self
    }

    /// Lets a series end when no scrape has seen it change for so long; with `None`, which is the default, it stays until
    /// it is removed. For labels whose values come and go: tenants, versions. No meaning where all labels are enums or
    /// `bool`, nor where nobody scrapes.
    ///
    /// As [`remove`](Self::remove), but nothing is lost: what is counted in a series just when it ends goes on in the next
    /// one with its labels, which begins at zero. (It is lost in a gauge histogram, and in a histogram with native
    /// buckets.) A series with a [`handle`](Ref::handle) does not end. An increment
    /// costs nothing for it; a scrape some 10 ns and 60 bytes for each series.
    ///
    /// ```
    /// use metrics_core::{Counter, Family, LabelSet};
    /// use std::time::Duration;
    /// #[derive(LabelSet)]
    /// struct Tenant<'a> { tenant: &'a str }
    ///
    /// let requests = Family::<Tenant<'static>, Counter>::new().time_to_live(Some(Duration::from_secs(3_600)));
    /// ```
    pub fn time_to_live(self, ttl: Option<Duration>) -> Self
    where
        M: Measured,
    {
        self.store.get().set_time_to_live(ttl);
        self
    }

    /// The series with these labels; made, at zero, if there is none.
    ///
    /// The reference is meant to be used at once: `family.with(&labels).inc()`. While it exists nothing that
    /// was removed from any family can be freed, so it cannot be sent to another thread, and a future that
    /// keeps one across an `.await` is not `Send`. To keep a series, take a [`handle`](Ref::handle). A reference
    /// that is forgotten (`mem::forget`) keeps all that is removed later from being freed.
    ///
    /// # Panics
    /// If there is no memory left, all 2^32 cells are in use, or a thread holds a million references. A global
    /// allocator must not call this: making a series allocates.
    #[inline]
    pub fn with<'f, 'a>(&'f self, labels: &L::Of<'a>) -> Ref<'f, L::Density, M>
    where
        L::Of<'a>: LabelSet,
    {
        let store = self.store.get();
        Ref::new(store, store.with(labels))
    }

    /// Removes the series with these labels; whether there was one. The next lookup makes a new one, at zero.
    ///
    /// What is counted later through references, handles and guards that were taken before never gets into a series
    /// with other labels. In a hashed family it is lost. In a dense one (all labels enums or `bool`) a series keeps
    /// its place for ever, so that it shows once the series has come back; and a sum that became NaN or infinite
    /// stays so.
    pub fn remove<'a>(&self, labels: &L::Of<'a>) -> bool
    where
        L::Of<'a>: LabelSet,
    {
        self.store.get().remove(labels)
    }

    /// Removes all series, see [`remove`](Self::remove).
    pub fn clear(&self) {
        self.store.get().retain(&mut |_| false);
    }

    /// Removes the series for which `keep` returns false. Series that are made meanwhile may be left out.
    ///
    /// ```
    /// use metrics_core::{Counter, Family, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Tenant<'a> { tenant: &'a str }
    ///
    /// let family = Family::<Tenant<'static>, Counter>::new();
    /// family.with(&Tenant { tenant: "a" }).inc();
    /// family.with(&Tenant { tenant: "b" }).inc();
    /// family.retain(|labels| labels.pairs().any(|(name, value)| name == "tenant" && value == "b"));
    /// assert_eq!(family.len(), 1);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(Labels<'_>) -> bool) {
        self.store.get().retain(&mut keep);
    }

    /// Removes the series that have all of these labels, whatever their others are; how many. None for no labels.
    ///
    /// ```
    /// use metrics_core::{Counter, Family, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Request<'a> { tenant: &'a str, status: u16 }
    ///
    /// let family = Family::<Request<'static>, Counter>::new();
    /// for status in [200, 404] {
    ///     family.with(&Request { tenant: "a", status }).inc();
    /// }
    /// assert_eq!(family.remove_matching(&[("tenant", "a")]), Ok(2));
    /// assert!(family.remove_matching(&[("tenent", "a")]).is_err());
    /// ```
    ///
    /// # Errors
    /// If the family has no label of one of these names.
    pub fn remove_matching(&self, labels: &[(&str, &str)]) -> Result<usize, UnknownLabel> {
        matching::remove(&**self.store.get(), L::NAMES, labels)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.store.get().len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<L: LabelSet<Density: Storage>, M: Child> Default for Family<L, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: LabelSet<Density: Storage>, M: Child> fmt::Debug for Family<L, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("labels", &L::NAMES).field("series", &self.len()).finish()
    }
}

impl<L: LabelSet<Density: Storage> + 'static, M: Child> Collect for Family<L, M> {
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.store.get().collect(family, from, points)
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        self.store.get().announce(stopped, family, named);
    }
}

impl<L: LabelSet<Density: Storage> + 'static, M: InFamily> Instrument for Family<L, M> {
    const KIND: Kind = M::KIND;
    const LABEL_NAMES: &'static [&'static str] = L::NAMES;
    const LABEL_VALUES: &'static [&'static [&'static str]] = L::VALUES;

    fn build(spec: &Spec<'_>) -> Self {
        Self::of(spec)
    }
}

impl<L: LabelSet<Density: Storage>, M: Child + HasBuckets> HasBuckets for Family<L, M> {}
impl<L: LabelSet<Density: Storage>, M: Child + HasQuantiles> HasQuantiles for Family<L, M> {}
impl<L: LabelSet<Density: Storage>, M: Child + HasGaugeMode> HasGaugeMode for Family<L, M> {}
impl<L: LabelSet<Density: Storage>, M: Child + HasNative> HasNative for Family<L, M> {}
impl<L: LabelSet<Density: Storage + Listable>, M: Child> Preset for Family<L, M> {}
impl<L: LabelSet<Density: Storage>, M: Child> Capped for Family<L, M> {}
impl<L: LabelSet<Density: Storage + Unlisted>, M: Measured> Mortal for Family<L, M> {}
