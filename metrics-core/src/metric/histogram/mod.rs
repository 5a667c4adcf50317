//! Classic histograms.

mod bounds;

use super::collect::{Child, HasBuckets, Instrument, Spec};
use super::family::{Handle, Ref, Storage};
use super::timer::Timer;
use crate::cell::{Key, Range, Stopped, read_sequenced, stop};
use crate::label::LabelSet;
use crate::model::{Kind, Options, Point, Timestamp};
use bounds::Bounds;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

pub use bounds::{DEFAULT_BUCKETS, exponential, linear};

/// Counts observations by bucket, and adds them up: durations in seconds, sizes in bytes.
///
/// An observation changes this thread's own copy and costs about 3 ns for any number of buckets, however
/// many threads observe at once. Each scrape sees buckets, count and sum that belong together; observers
/// never wait for it.
///
/// ```
/// use metrics_core::Histogram;
/// use std::time::Duration;
///
/// let seconds = Histogram::new(&[0.1, 1.0, 10.0]);
/// seconds.observe(0.1); // bounds are inclusive
/// seconds.observe_duration(Duration::from_secs(30));
/// assert_eq!(seconds.counts(), [1, 0, 0, 1]);
/// assert_eq!(seconds.sum(), 30.1);
/// ```
///
/// All methods may be called from any thread. None blocks, panics or allocates, except that a thread's first
/// observation takes memory for its copies.
pub struct Histogram {
    cells: Range,
    bounds: Arc<Bounds>,
    created: AtomicU64,
}

impl Histogram {
    /// A histogram with these upper bounds, which no registry exposes yet. See [`linear`] and
    /// [`exponential`] for regular ones, and [`DEFAULT_BUCKETS`].
    ///
    /// # Panics
    /// If there is no bound but +Inf, one is NaN or -Inf, one is not above the one before it, or there are
    /// more than 1,000. Derived histograms find that out when they are compiled.
    #[track_caller]
    pub fn new(bounds: &[f64]) -> Self {
        if let Err(broken) = crate::name::buckets(bounds) {
            panic!("{}", broken.rule);
        }
        Self::create(&Arc::new(Bounds::new(bounds)), &mut stop(), Spec::BARE.key(""))
    }

    /// Counts `value` in the first bucket whose bound is not below it, and adds it to the sum. NaN counts in
    /// no bucket but the last, +Inf, and makes the sum NaN ([specification][spec]).
    ///
    /// [spec]: https://prometheus.io/docs/specs/native_histograms/#special-cases-of-nan-and-inf-observations
    #[inline]
    pub fn observe(&self, value: f64) {
        self.cells.observe(self.bounds.find(value), value);
    }

    /// Observes a duration in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// Observes the time until the guard is dropped, in seconds.
    ///
    /// ```
    /// use metrics_core::Histogram;
    /// let seconds = Histogram::default();
    /// {
    ///     let _timer = seconds.start_timer();
    ///     // … work …
    /// }
    /// assert_eq!(seconds.count(), 1);
    /// ```
    #[must_use = "observes when it is dropped: `let _timer = …`"]
    pub fn start_timer(&self) -> Timer<&Self> {
        Timer::new(self)
    }

    /// Upper bounds of the buckets, without the last one, +Inf.
    pub fn bounds(&self) -> &[f64] {
        self.bounds.finite()
    }

    /// Observations of each bucket (not cumulative), the last for +Inf. Reads all threads' copies.
    pub fn counts(&self) -> Vec<u64> {
        self.words().split_off(1)
    }

    /// All observations.
    pub fn count(&self) -> u64 {
        self.words()[1..].iter().sum()
    }

    /// The sum of all observations.
    pub fn sum(&self) -> f64 {
        f64::from_bits(self.words()[0])
    }

    /// When the histogram was empty.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_nanos(self.created.load(Relaxed))
    }

    fn words(&self) -> Vec<u64> {
        let mut words = Vec::new();
        Self::read(std::iter::once(self), &mut words);
        words
    }

    /// Words of a reading: the sum and the buckets.
    fn width(&self) -> usize {
        self.bounds.finite().len() + 2
    }
}

impl<L: LabelSet<Density: Storage>> Ref<'_, L, Histogram> {
    /// See [`Histogram::start_timer`]. The guard holds a [`Handle`], so that it can outlive this reference and
    /// be sent to other threads.
    #[must_use = "observes when it is dropped: `let _timer = …`"]
    pub fn start_timer(&self) -> Timer<Handle<Histogram>> {
        Timer::new(self.handle())
    }
}

/// With [`DEFAULT_BUCKETS`].
impl Default for Histogram {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words();
        f.debug_struct("Histogram")
            .field("bounds", &self.bounds())
            .field("counts", &&words[1..])
            .field("sum", &f64::from_bits(words[0]))
            .finish()
    }
}

impl HasBuckets for Histogram {}

impl Instrument for Histogram {
    const KIND: Kind = Kind::Histogram;
    const LABEL_NAMES: &'static [&'static str] = &[];

    fn build(spec: &Spec<'_>) -> Self {
        Self::create(&Self::shared(spec.options), &mut stop(), spec.key(""))
    }
}

impl Child for Histogram {
    const KIND: Kind = Kind::Histogram;
    type Shared = Arc<Bounds>;

    fn shared(options: &Options) -> Arc<Bounds> {
        Arc::new(Bounds::new(options.buckets.unwrap_or(&DEFAULT_BUCKETS)))
    }

    fn create(bounds: &Arc<Bounds>, stopped: &mut Stopped<'_>, key: Key<'_>) -> Self {
        Self {
            cells: stopped.allocate(Range::histogram_len(bounds.finite().len() + 1), key),
            bounds: Arc::clone(bounds),
            created: AtomicU64::new(Timestamp::now().as_nanos()),
        }
    }

    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        let width = children.clone().next().map_or(0, Self::width);
        read_sequenced(children.map(|child| &child.cells), width, words);
    }

    fn point<'a>(&'a self, words: &'a [u64]) -> Point<'a> {
        Point::Histogram {
            bounds: self.bounds.finite(),
            counts: &words[1..],
            sum: f64::from_bits(words[0]),
            created: Some(self.created()),
        }
    }

    fn subtract(words: &mut [u64], baseline: &[u64]) {
        words[0] = (f64::from_bits(words[0]) - f64::from_bits(baseline[0])).to_bits();
        for (word, before) in words[1..].iter_mut().zip(&baseline[1..]) {
            *word = word.wrapping_sub(*before);
        }
    }

    fn restart(&self) -> Box<[u64]> {
        self.created.store(Timestamp::now().as_nanos(), Relaxed);
        self.words().into()
    }
}
