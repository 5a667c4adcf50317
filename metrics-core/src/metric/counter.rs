use super::collect::{Child, Instrument, Measured, Spec, instrument};
use super::exemplars::{self, Created};
use super::journal::{Key, Named, NumberType, Place, SeriesRecord, Traits, journal};
use super::points::Points;
use crate::cell::{Layout, Range, Stopped, read_f64, read_u64, stop, unmoved};
use crate::model::{Exemplar, ExemplarError, Number, Point, Timestamp};
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::time::Duration;

/// A value that only grows: requests served, bytes sent.
///
/// `Counter` counts in `u64`, exactly; `Counter<f64>` takes fractions. An increment changes this thread's
/// own copy of the number and costs about a nanosecond, however many threads do it at once; reading adds the
/// copies up.
///
/// ```
/// use metrics_core::Counter;
/// let served = Counter::new();
/// served.inc();
/// served.inc_by(2);
/// assert_eq!(served.get(), 3);
///
/// let seconds = Counter::<f64>::default();
/// seconds.inc_by(0.25);
/// assert_eq!(seconds.get(), 0.25);
/// ```
///
/// All methods may be called from any thread, also from destructors of thread-locals. An increment does not
/// block or allocate, except that a thread's first one takes memory for its copies (once per 1,024 metrics), and
/// panics only if there is none left.
#[repr(C)]
pub struct Counter<T = u64> {
    created: Created,
    /// What the cells held when its present life began; see [`Child::restart`].
    baseline: AtomicU64,
    /// Last: next to what a lookup reads of a series.
    cells: Range,
    value: PhantomData<T>,
}

/// What a [`Counter`] counts in: `u64` or `f64`. Sealed.
#[diagnostic::on_unimplemented(
    message = "a counter counts in `u64` or `f64`",
    label = "`{Self}` is neither",
    note = "`Counter` is `Counter<u64>`; `Counter<f64>` takes fractions"
)]
pub trait CounterValue: Copy + Default + fmt::Debug + Into<Number> + Send + Sync + 'static + sealed::Value {}

mod sealed {
    use super::{Layout, NumberType, Range};

    pub trait Value: Sized {
        const ONE: Self;
        const LAYOUT: Layout;
        const NUMBER: NumberType;
        fn is_amount(&self) -> bool;
        fn add(range: &Range, v: Self);
        /// Sets a word for each range: to the one that comes with it and what the cells hold.
        fn read<'a>(ranges: impl ExactSizeIterator<Item = (&'a Range, u64)>, words: &mut [u64]);
        fn from_word(word: u64) -> Self;
        fn less(baseline: u64) -> u64;
        fn difference(now: u64, then: u64) -> Self;
    }
}

impl CounterValue for u64 {}

impl sealed::Value for u64 {
    const ONE: Self = 1;
    const LAYOUT: Layout = Layout::Count;
    const NUMBER: NumberType = NumberType::U64;

    #[inline(always)]
    fn is_amount(&self) -> bool {
        true
    }

    #[inline(always)]
    fn add(range: &Range, v: Self) {
        range.add(v);
    }

    fn read<'a>(ranges: impl ExactSizeIterator<Item = (&'a Range, Self)>, words: &mut [Self]) {
        read_u64(ranges, words);
    }

    fn from_word(word: u64) -> Self {
        word
    }

    fn less(baseline: u64) -> u64 {
        baseline.wrapping_neg()
    }

    fn difference(now: u64, then: u64) -> Self {
        now.wrapping_sub(then)
    }
}

impl CounterValue for f64 {}

impl sealed::Value for f64 {
    const ONE: Self = 1.0;
    const LAYOUT: Layout = Layout::Sum;
    const NUMBER: NumberType = NumberType::F64;

    #[inline(always)]
    fn is_amount(&self) -> bool {
        (0.0..Self::INFINITY).contains(self)
    }

    #[inline(always)]
    fn add(range: &Range, v: Self) {
        range.add_f64(v);
    }

    fn read<'a>(ranges: impl ExactSizeIterator<Item = (&'a Range, u64)>, words: &mut [u64]) {
        read_f64(ranges, words);
    }

    fn from_word(word: u64) -> Self {
        Self::from_bits(word)
    }

    fn less(baseline: u64) -> u64 {
        (0.0 - Self::from_bits(baseline)).to_bits()
    }

    fn difference(now: u64, then: u64) -> Self {
        Self::from_bits(now) - Self::from_bits(then)
    }
}

impl Counter {
    /// A counter at zero that no registry exposes yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Amounts that no counter took.
static REJECTED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn rejected_updates() -> u64 {
    REJECTED.load(Relaxed)
}

impl<T: CounterValue> Counter<T> {
    /// Adds 1.
    #[inline]
    pub fn inc(&self) {
        T::add(&self.cells, T::ONE);
    }

    /// Adds `amount`. A `u64` takes neither a negative number nor a fraction (rustc's words for `inc_by(-1)`, "you may
    /// have meant the maximum value", mislead: a counter only goes up), and wraps around at 2^64. A float that is negative, NaN or infinite would break the
    /// counter for ever: it changes nothing but `metrics_core_rejected_updates_total`.
    #[inline]
    pub fn inc_by(&self, amount: T) {
        if amount.is_amount() {
            T::add(&self.cells, amount);
        } else {
            REJECTED.fetch_add(1, Relaxed);
        }
    }

    /// Adds 1, as [`inc`](Self::inc), and keeps these labels as the counter's exemplar: the id of a trace, at most 128
    /// characters of names and values ([OpenMetrics][spec]). The last one stays until the next scrape and beyond.
    ///
    /// Some 200 ns; other counters and increments pay nothing for it.
    ///
    /// ```
    /// use metrics_core::Counter;
    /// let failed = Counter::new();
    /// failed.inc_with_exemplar([("trace_id", "4bf92f3577b34da6")])?;
    /// assert!(failed.inc_with_exemplar([("trace_id", "x".repeat(200))]).is_err());
    /// assert_eq!(failed.get(), 1);
    /// # Ok::<(), metrics_core::model::ExemplarError>(())
    /// ```
    ///
    /// # Errors
    /// If the labels cannot be those of an exemplar. Then nothing is counted.
    ///
    /// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
    pub fn inc_with_exemplar<N: AsRef<str>, V: AsRef<str>>(
        &self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), ExemplarError> {
        self.inc_by_with_exemplar(T::ONE, labels)
    }

    /// Adds `amount`, as [`inc_by`](Self::inc_by), with an exemplar, as [`inc_with_exemplar`](Self::inc_with_exemplar).
    ///
    /// # Errors
    /// If the labels cannot be those of an exemplar. Then nothing is counted.
    pub fn inc_by_with_exemplar<N: AsRef<str>, V: AsRef<str>>(
        &self,
        amount: T,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), ExemplarError> {
        let exemplar = exemplars::make(labels, amount.into().as_f64())?;
        self.inc_by(amount);
        if amount.is_amount() {
            self.created.put(&self.cells, 1, 0, exemplar, Duration::ZERO);
        }
        Ok(())
    }

    /// The present value: all that was added before, at least by this thread. Walks over all threads'
    /// copies; meant for tests and for reading now and then.
    pub fn get(&self) -> T {
        let mut words = Vec::with_capacity(1);
        Self::read(std::iter::once(self), &mut words);
        T::from_word(words[0])
    }

    /// Begins a new life, at zero, created now. For what is counted anew by its nature, and for tests.
    ///
    /// Prometheus takes that for a restart of the process: `rate` and `increase` go on as if nothing had happened, and
    /// what was added since the scrape before is missing from them. What other threads add meanwhile is in the old life
    /// or in the new one. A scrape at this very moment may see the old value with the new time.
    ///
    /// ```
    /// use metrics_core::Counter;
    /// let rows = Counter::new();
    /// rows.inc_by(5);
    /// rows.reset();
    /// rows.inc();
    /// assert_eq!(rows.get(), 1);
    /// ```
    ///
    /// Waits for threads that are making or removing series, and reads all threads' copies. A sum that became infinite
    /// (`Counter<f64>`) stays so.
    pub fn reset(&self) {
        // Two at once would each take what the other leaves.
        self.restart(&mut stop());
    }

    /// When the counter was zero.
    pub fn created(&self) -> Timestamp {
        self.created.time()
    }
}

impl<T> Drop for Counter<T> {
    fn drop(&mut self) {
        self.created.forget(&self.cells);
    }
}

impl<T: CounterValue> Default for Counter<T> {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl<T: CounterValue> fmt::Debug for Counter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.get()).finish()
    }
}

instrument!(impl[T: CounterValue] Counter<T>, Counter);

impl<T: CounterValue> Child for Counter<T> {
    type Shared = ();

    fn shared(_: &Spec<'_>, _: &'static [&'static str]) {}

    fn create((): &()) -> Self {
        Self {
            cells: stop().allocate(T::LAYOUT),
            baseline: AtomicU64::new(0),
            created: Created::now(),
            value: PhantomData,
        }
    }

    fn measure(&self, words: &mut Vec<u64>) {
        Self::read(std::iter::once(self), words);
    }

    fn go_on(&self, then: &[u64], now: &[u64], _: bool) {
        T::add(&self.cells, T::difference(now[0], then[0]));
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        points.children(children);
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        let mut words = [0];
        unmoved(|| T::read(std::iter::once((&self.cells, 0)), &mut words));
        self.baseline.store(words[0], Release);
        self.created.restart(&self.cells);
        if let Some(journal) = journal() {
            journal.restart(Key::of_cells(&self.cells), self.created(), &words);
        }
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let (key, place) = (Key::of_cells(&self.cells), Place::of_cells(&self.cells));
        let Some(named) = named else { return key.end() };
        let Some(record) = named.record(Traits::of(T::NUMBER), key, place) else { return };
        let sums = [self.baseline.load(Acquire)];
        SeriesRecord { created: Some(self.created()), sums: &sums, ..record }.begin();
        self.created.announce(&self.cells);
    }
}

impl<T: CounterValue> Measured for Counter<T> {
    const IS_COUNT: bool = matches!(T::NUMBER, NumberType::U64);

    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        words.resize(children.len(), 0);
        // Baselines first: cells that are read after one hold at least as much.
        unmoved(|| {
            T::read(children.clone().map(|child| (&child.cells, T::less(child.baseline.load(Acquire)))), words);
        });
    }

    #[inline(always)]
    fn count_since(&self) -> Option<Timestamp> {
        self.created.without_exemplars()
    }

    fn point<'a>(&'a self, words: &'a [u64], exemplars: &'a mut Vec<Option<Exemplar>>) -> Point<'a> {
        let exemplar = self.created.read(&self.cells, exemplars).first().and_then(Option::as_ref);
        // It may be newer than what was read.
        let exemplar = exemplar.filter(|_| words[0] != 0);
        Point::Counter { value: T::from_word(words[0]).into(), exemplar, created: Some(self.created()) }
    }
}
