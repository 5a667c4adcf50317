//! How instruments are made and read.

use crate::cell::{Key, Stopped};
use crate::model::{FamilyField, FamilySink, Kind, Labels, Options, Point, Scope};
use std::fmt;

/// Gives the points of one metric to a scrape.
pub trait Collect: Send + Sync {
    /// Gives some thousand points at most, from `from` on. Says where to go on, or `None` at the end.
    ///
    /// Series that are created meanwhile may be missed until the next scrape; none is given twice, unless it is removed
    /// and made again meanwhile.
    fn collect(&self, from: Cursor, points: &mut Points<'_>) -> Option<Cursor>;
}

/// A type that can be a field of a [`Metrics`](crate::Metrics) struct: [`Counter`](crate::Counter),
/// [`Gauge`](crate::Gauge), [`Histogram`](crate::Histogram), a [`Family`](crate::Family) of these, a
/// callback, or an `Option` of any of them (absent until you set it).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric type",
    label = "a field of a metrics struct is a `Counter`, `Gauge`, `Histogram`, `Family<Labels, …>` or callback",
    note = "mark a nested struct of metrics `#[metric(group)]`, and a field that is no metric `#[metric(skip)]`"
)]
pub trait Instrument: Collect + Sized + 'static {
    /// The type of its family.
    const KIND: Kind;
    /// Names of the labels that its series differ by.
    const LABEL_NAMES: &'static [&'static str];

    /// Makes it as its field says. Called by the derives.
    fn build(spec: &Spec<'_>) -> Self;

    /// As a scrape sees it; `None` if it is an `Option` that holds nothing.
    fn present(&self) -> Option<&dyn Collect> {
        Some(self)
    }
}

impl<I: Instrument> Collect for Option<I> {
    fn collect(&self, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.as_ref()?.collect(from, points)
    }
}

impl<I: Instrument> Instrument for Option<I> {
    const KIND: Kind = I::KIND;
    const LABEL_NAMES: &'static [&'static str] = I::LABEL_NAMES;

    fn build(_: &Spec<'_>) -> Self {
        None
    }

    fn present(&self) -> Option<&dyn Collect> {
        self.as_ref().and_then(Instrument::present)
    }
}

/// Takes `buckets = …`: a histogram, or a family of histograms.
#[diagnostic::on_unimplemented(
    message = "option `buckets` does not fit this metric type",
    label = "`{Self}` has no buckets",
    note = "only a `Histogram`, or a `Family` of histograms, has buckets"
)]
pub trait HasBuckets {}

/// Takes `native`: a histogram, or a family of histograms.
#[diagnostic::on_unimplemented(
    message = "option `native` does not fit this metric type",
    label = "`{Self}` has no buckets",
    note = "only a `Histogram`, or a `Family` of histograms, has native buckets"
)]
pub trait HasNative {}

/// Takes `preset`: a family whose label sets are all known at compile time.
#[diagnostic::on_unimplemented(
    message = "option `preset` does not fit this metric type",
    label = "the series of `{Self}` cannot be listed beforehand",
    note = "only a `Family` whose labels are all enums or `bool` can be preset"
)]
pub trait Preset {}

/// Takes `max_series`: a family whose label sets cannot be counted.
#[diagnostic::on_unimplemented(
    message = "option `max_series` does not fit this metric type",
    label = "`{Self}` has no series that labels could make too many of",
    note = "only a `Family` with a label that is no enum or `bool` has a `max_series`"
)]
pub trait Capped {}

impl<I: Capped> Capped for Option<I> {}
impl<I: HasBuckets> HasBuckets for Option<I> {}
impl<I: HasNative> HasNative for Option<I> {}
impl<I: Preset> Preset for Option<I> {}

/// What a metric is built from.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    pub(crate) name: &'a str,
    pub(crate) options: &'a Options,
}

impl Spec<'_> {
    /// What is not described: a metric made by hand, which gets its name when it is registered.
    pub(crate) const BARE: Spec<'static> = Spec { name: "", options: &Options::NONE };

    /// Builds the metric of a field.
    pub(crate) fn build_field<I>(field: &FamilyField, scope: &Scope<'_>, build: fn(&Spec<'_>) -> I) -> I {
        build(&Spec { name: &field.full_name(scope), options: &field.options })
    }

    pub(crate) fn key<'a>(&'a self, labels: &'a str) -> Key<'a> {
        Key { family: self.name, labels }
    }
}

/// A metric that can stand alone or be a series of a [`Family`](crate::Family): [`Counter`](crate::Counter),
/// [`Gauge`](crate::Gauge), [`Histogram`](crate::Histogram). Sealed: its methods belong to the library.
pub trait Child: fmt::Debug + Send + Sync + Sized + 'static {
    /// The type of its family.
    const KIND: Kind;
    /// What all children of a family share.
    #[doc(hidden)]
    type Shared: Clone + Send + Sync + fmt::Debug + 'static;

    #[doc(hidden)]
    fn shared(options: &Options) -> Self::Shared;

    #[doc(hidden)]
    fn create(shared: &Self::Shared, cells: &mut Stopped<'_>, key: Key<'_>) -> Self;

    /// Puts what was measured of each child behind one another: as many words for each.
    #[doc(hidden)]
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>);

    /// The point that these words are.
    #[doc(hidden)]
    fn point<'a>(&'a self, words: &'a [u64]) -> Point<'a>;

    /// Reads children (with their labels, at least one) at one go, and gives the point of each.
    #[doc(hidden)]
    fn give<'a>(
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        words: &mut Vec<u64>,
        sink: impl FnMut(&'a str, &Point<'_>),
    ) {
        give_all(children, words, sink);
    }

    /// Begins a new life, at zero, of a child that cannot be freed: what its cells hold counts no more from now on.
    #[doc(hidden)]
    fn restart(&self, stopped: &mut Stopped<'static>);
}

/// Gives the points of children that are all read at once.
pub(super) fn give_all<'a, M: Child>(
    children: impl ExactSizeIterator<Item = (&'a str, &'a M)> + Clone,
    words: &mut Vec<u64>,
    mut sink: impl FnMut(&'a str, &Point<'_>),
) {
    M::read(children.clone().map(|(_, child)| child), words);
    let width = words.len() / children.len();
    for ((own, child), words) in children.zip(words.chunks_exact(width)) {
        sink(own, &child.point(words));
    }
}

impl<M: Child> Collect for M {
    fn collect(&self, _: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        points.children(std::iter::once(("", self)));
        None
    }
}

/// Where a scrape goes on in a metric of many series. Starts at [`Cursor::START`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cursor(pub(crate) u64);

impl Cursor {
    /// Before the first series.
    pub const START: Self = Self(0);

    /// A place of your own counting; 0 is [`START`](Self::START), at which nothing can go on.
    pub const fn new(place: u64) -> Self {
        Self(place)
    }

    /// The place.
    pub const fn place(self) -> u64 {
        self.0
    }
}

/// Where a metric's points go.
pub struct Points<'a> {
    pub(crate) sink: &'a mut dyn FamilySink,
    pub(crate) scope: &'a str,
    pub(crate) scratch: &'a mut Scratch,
}

/// Memory that a scrape uses again for each batch of points.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Vec<u64>,
}

impl Points<'_> {
    /// Series of one call of [`Collect::collect`], about.
    pub(crate) const BATCH: usize = 1_024;

    /// Gives a point with these labels, rendered.
    pub fn push(&mut self, own: &str, point: Point<'_>) {
        self.sink.point(Labels { scope: self.scope, own }, &point, None);
    }

    /// Gives the points of `children` (labels and child), read at one go.
    pub(crate) fn children<'a, M: Child>(&mut self, children: impl ExactSizeIterator<Item = (&'a str, &'a M)> + Clone) {
        if children.len() == 0 {
            return;
        }
        let Self { sink, scope, scratch } = self;
        M::give(children, &mut scratch.words, |own, point| sink.point(Labels { scope, own }, point, None));
    }
}

impl fmt::Debug for Points<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Points").field("scope", &self.scope).finish_non_exhaustive()
    }
}
