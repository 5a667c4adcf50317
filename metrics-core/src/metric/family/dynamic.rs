use super::hashed::HashedStore;
use super::matching::{self, UnknownLabel};
use super::{Child, Collect, Cursor, Hashed, Labels, Measured, Named, Points, Ref, Schema, Spec, Stopped, Store, fmt};
use crate::label::{DynamicLabels, Interned};
use crate::model::Options;
use std::sync::Arc;
use std::time::Duration;

/// A metric `M` for each set of labels whose names are known at run time only: columns of a table, keys of a
/// configuration.
///
/// As a [`Family`](super::Family) whose labels are strings, and as fast; but that there are as many values as names is
/// found out at each lookup, not by the compiler. It is no field of a derived struct: register it by hand. Names are
/// checked then.
///
/// ```
/// use metrics_core::{Counter, DynamicFamily, DynamicLabels, Registry, registry::Definition};
/// use std::sync::Arc;
///
/// let columns = DynamicLabels::new(["shard".to_owned(), "http.method".to_owned()]);
/// let rows = Arc::new(DynamicFamily::<Counter>::new(&columns));
/// Registry::new().register(Definition::new("rows", "Rows read."), Arc::clone(&rows))?;
///
/// rows.with(&["7", "GET"])?.inc(); // rows_total{shard="7","http.method"="GET"}
/// assert_eq!(rows.with(&["7"]).unwrap_err().to_string(), "1 values for 2 labels: shard, http.method");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The names stay in memory for as long as the program runs, once however many families have them.
pub struct DynamicFamily<M: Child> {
    store: Arc<HashedStore<M>>,
    names: &'static [&'static str],
}

impl<M: Child> DynamicFamily<M> {
    /// An empty family that no registry exposes yet. Histograms get [`DEFAULT_BUCKETS`](crate::DEFAULT_BUCKETS).
    pub fn new(labels: &DynamicLabels) -> Self {
        Self::of(labels, &Options::NONE)
    }

    pub(super) fn of(labels: &DynamicLabels, options: &Options) -> Self {
        let Interned { names, rendered } = Interned::new(labels);
        let store = Store::new(Schema { names, rendered, values: &[] }, &Spec { options, ..Spec::BARE });
        Self { store: Arc::new(store), names }
    }

    /// See [`Family::max_series`](super::Family::max_series).
    pub fn max_series(self, max: Option<usize>) -> Self {
        self.store.set_max_series(max);
        self
    }

    /// See [`Family::time_to_live`](super::Family::time_to_live).
    pub fn time_to_live(self, ttl: Option<Duration>) -> Self
    where
        M: Measured,
    {
        self.store.set_time_to_live(ttl);
        self
    }

    /// The labels' names.
    pub fn label_names(&self) -> &'static [&'static str] {
        self.names
    }

    /// The series with these values, in the order of the names; made, at zero, if there is none.
    ///
    /// # Errors
    /// If there are not as many values as names.
    ///
    /// # Panics
    /// As [`Family::with`](super::Family::with), which also says what the reference is good for.
    #[inline]
    pub fn with(&self, values: &[&str]) -> Result<Ref<'_, Hashed, M>, WrongLabelCount> {
        self.count(values)?;
        Ok(Ref::new(&self.store, self.store.get(values)))
    }

    /// Removes the series with these values; whether there was one. See [`Family::remove`](super::Family::remove).
    ///
    /// # Errors
    /// If there are not as many values as names.
    pub fn remove(&self, values: &[&str]) -> Result<bool, WrongLabelCount> {
        self.count(values)?;
        Ok(self.store.take(values))
    }

    /// Removes all series.
    pub fn clear(&self) {
        self.store.retain(&mut |_| false);
    }

    /// Removes the series for which `keep` returns false; see [`Family::retain`](super::Family::retain).
    pub fn retain(&self, mut keep: impl FnMut(Labels<'_>) -> bool) {
        self.store.retain(&mut keep);
    }

    /// Removes the series that have all of these labels, whatever their others are; how many. None for no labels.
    ///
    /// # Errors
    /// If the family has no label of one of these names.
    pub fn remove_matching(&self, labels: &[(&str, &str)]) -> Result<usize, UnknownLabel> {
        matching::remove(&*self.store, self.names, labels)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn count(&self, values: &[&str]) -> Result<(), WrongLabelCount> {
        if values.len() == self.names.len() {
            return Ok(());
        }
        Err(WrongLabelCount { values: values.len(), names: self.names })
    }
}

impl<M: Child> Collect for DynamicFamily<M> {
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.store.collect(family, from, points)
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        self.store.announce(stopped, family, named);
    }
}

impl<M: Child> fmt::Debug for DynamicFamily<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicFamily").field("labels", &self.names).field("series", &self.len()).finish()
    }
}

/// Not as many values as labels; see [`DynamicFamily::with`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WrongLabelCount {
    /// How many were given.
    pub values: usize,
    /// What there is.
    pub names: &'static [&'static str],
}

impl fmt::Display for WrongLabelCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values for {} labels: {}", self.values, self.names.len(), self.names.join(", "))
    }
}

impl std::error::Error for WrongLabelCount {}
