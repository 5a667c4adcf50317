use super::collect::{Child, Instrument, Spec};
use crate::cell::{Key, Layout, Range, Stopped, read_f64, read_u64, stop, unmoved};
use crate::model::{Kind, Number, Options, Point, Timestamp};
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::*};

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
pub struct Counter<T: CounterValue = u64> {
    created: AtomicU64,
    /// What the cells held when its present life began; see [`Child::restart`].
    baseline: AtomicU64,
    /// Last: next to what a lookup reads of a series.
    cells: Range,
    value: PhantomData<T>,
}

/// What a [`Counter`] counts in: `u64` or `f64`. Sealed.
pub trait CounterValue: Copy + Default + fmt::Debug + Into<Number> + Send + Sync + 'static + sealed::Value {}

mod sealed {
    use super::{Layout, Range};

    pub trait Value: Sized {
        const ONE: Self;
        const LAYOUT: Layout;
        fn is_amount(&self) -> bool;
        fn add(range: &Range, v: Self);
        fn read<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut [u64]);
        fn from_word(word: u64) -> Self;
        fn less(baseline: u64) -> u64;
    }
}

impl CounterValue for u64 {}

impl sealed::Value for u64 {
    const ONE: Self = 1;
    const LAYOUT: Layout = Layout::Count;

    #[inline(always)]
    fn is_amount(&self) -> bool {
        true
    }

    #[inline(always)]
    fn add(range: &Range, v: Self) {
        range.add(v);
    }

    fn read<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut [u64]) {
        read_u64(ranges, words);
    }

    fn from_word(word: u64) -> Self {
        word
    }

    fn less(baseline: u64) -> u64 {
        baseline.wrapping_neg()
    }
}

impl CounterValue for f64 {}

impl sealed::Value for f64 {
    const ONE: Self = 1.0;
    const LAYOUT: Layout = Layout::Sum;

    #[inline(always)]
    fn is_amount(&self) -> bool {
        (0.0..Self::INFINITY).contains(self)
    }

    #[inline(always)]
    fn add(range: &Range, v: Self) {
        range.add_f64(v);
    }

    fn read<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut [u64]) {
        read_f64(ranges, words);
    }

    fn from_word(word: u64) -> Self {
        Self::from_bits(word)
    }

    fn less(baseline: u64) -> u64 {
        (0.0 - Self::from_bits(baseline)).to_bits()
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

    /// Adds `amount`. A `u64` wraps around at 2^64. A float that is negative, NaN or infinite would break the
    /// counter for ever: it changes nothing but `metrics_core_rejected_updates_total`.
    #[inline]
    pub fn inc_by(&self, amount: T) {
        if amount.is_amount() {
            T::add(&self.cells, amount);
        } else {
            REJECTED.fetch_add(1, Relaxed);
        }
    }

    /// The present value: all that was added before, at least by this thread. Walks over all threads'
    /// copies; meant for tests and for reading now and then.
    pub fn get(&self) -> T {
        let mut words = Vec::with_capacity(1);
        Self::read(std::iter::once(self), &mut words);
        T::from_word(words[0])
    }

    /// When the counter was zero.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_nanos(self.created.load(Relaxed))
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

impl<T: CounterValue> Instrument for Counter<T> {
    const KIND: Kind = Kind::Counter;
    const LABEL_NAMES: &'static [&'static str] = &[];

    fn build(spec: &Spec<'_>) -> Self {
        Self::create(&(), &mut stop(), spec.key(""))
    }
}

impl<T: CounterValue> Child for Counter<T> {
    const KIND: Kind = Kind::Counter;
    type Shared = ();

    fn shared(_: &Options) {}

    fn create((): &(), stopped: &mut Stopped<'_>, key: Key<'_>) -> Self {
        Self {
            cells: stopped.allocate(T::LAYOUT, key),
            baseline: AtomicU64::new(0),
            created: AtomicU64::new(Timestamp::now().to_word()),
            value: PhantomData,
        }
    }

    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        unmoved(|| {
            words.clear();
            // Baselines first: cells that are read after one hold at least as much.
            words.extend(children.clone().map(|child| T::less(child.baseline.load(Acquire))));
            T::read(children.clone().map(|child| &child.cells), words);
        });
    }

    fn point<'a>(&'a self, words: &'a [u64]) -> Point<'a> {
        Point::Counter { value: T::from_word(words[0]).into(), exemplar: None, created: Some(self.created()) }
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        let mut words = [0];
        unmoved(|| {
            words = [0];
            T::read(std::iter::once(&self.cells), &mut words);
        });
        self.baseline.store(words[0], Release);
        self.created.store(Timestamp::now().to_word(), Relaxed);
    }
}
