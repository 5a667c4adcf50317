use super::collect::{Child, Instrument, Measured, Spec, instrument};
use super::family::{Handle, Ref, Storage};
use super::histogram::observe_difference;
use super::journal::{Key, Named, NumberType, Place, SeriesRecord, Traits, journal};
use super::points::Points;
use super::timer::{Observe, Timer};
#[cfg(feature = "quantiles")]
use super::{collect::HasQuantiles, quantiles::Window};
use crate::cell::{Layout, Range, Stopped, read_sequenced, stop, unmoved};
use crate::model::{Exemplar, Point, Timestamp};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Counts observations and adds them up, without buckets: for a mean over time at the price of two series.
///
/// `rate(x_sum[5m]) / rate(x_count[5m])` is the mean of the last five minutes. Quantiles it has only on request, with the
/// feature `quantiles`, because those of several processes cannot be added up. Where you want to know how slow the
/// slowest are, take a [`Histogram`](crate::Histogram).
///
/// An observation changes this thread's own copy and costs about 3 ns, however many threads observe at once. Each
/// scrape sees a count and a sum that belong together; observers never wait for it.
///
/// ```
/// use metrics_core::Summary;
/// use std::time::Duration;
///
/// let seconds = Summary::new();
/// seconds.observe(0.5);
/// seconds.observe_duration(Duration::from_secs(2));
/// assert_eq!((seconds.count(), seconds.sum()), (2, 2.5));
/// ```
///
/// All methods may be called from any thread. An observation does not block or allocate, except that a thread's
/// first one takes memory for its copies, and panics only if there is none left. (Threads beyond the bound on
/// copies, see [the crate's page](crate), share one, and wait for each other there for some nanoseconds.)
pub struct Summary {
    /// Those of a histogram with one bucket: its count and its sum belong together in the same way.
    cells: Range,
    /// What the cells held when its present life began, if it is not the first; see [`Child::restart`].
    baseline: OnceLock<Box<Mutex<[u64; WIDTH]>>>,
    created: AtomicU64,
    #[cfg(feature = "quantiles")]
    window: Option<Box<Window>>,
}

/// Words of a reading: the sum and the count.
const WIDTH: usize = 2;

impl Summary {
    /// A summary of nothing, which no registry exposes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts `value` and adds it to the sum. NaN counts too, and makes the sum NaN for good.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.cells.observe(0, value);
        #[cfg(feature = "quantiles")]
        if let Some(window) = &self.window {
            window.observe(value);
        }
    }

    /// Observes a duration in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// Observes the time until the guard is dropped, in seconds.
    ///
    /// ```
    /// use metrics_core::Summary;
    /// let seconds = Summary::new();
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

    /// All observations. Reads all threads' copies.
    pub fn count(&self) -> u64 {
        self.words()[1]
    }

    /// The sum of all observations.
    pub fn sum(&self) -> f64 {
        f64::from_bits(self.words()[0])
    }

    /// When nothing was observed yet.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_nanos(self.created.load(Relaxed))
    }

    fn words(&self) -> Vec<u64> {
        let mut words = Vec::new();
        Self::read(std::iter::once(self), &mut words);
        words
    }

    /// What is subtracted from the cells, as the words of a reading.
    fn less(&self) -> [u64; WIDTH] {
        self.baseline.get().map_or([0; WIDTH], |baseline| {
            let [sum, count] = *baseline.lock().unwrap_or_else(PoisonError::into_inner);
            [(0.0 - f64::from_bits(sum)).to_bits(), count.wrapping_neg()]
        })
    }
}

#[cfg(feature = "quantiles")]
impl Summary {
    /// A summary that also estimates these quantiles of what was observed in the last ten minutes, within one percent of
    /// the value; NaN if there was nothing.
    ///
    /// Then an observation takes a lock as well, which is its own, and about 100 ns; threads wait for each other there.
    /// Each series takes some kilobytes for each factor of ten between its smallest and largest values, 160 at most.
    /// A NaN or an infinity is at no place among other values, and in no quantile. A global allocator must not observe
    /// in one: it allocates.
    ///
    /// ```
    /// use metrics_core::Summary;
    /// let seconds = Summary::with_quantiles(&[0.5, 0.99]);
    /// (1..=100).for_each(|n| seconds.observe(f64::from(n)));
    /// let [(_, median), (_, slow)] = seconds.quantiles()[..] else { panic!("two were asked for") };
    /// assert!((median - 50.0).abs() < 1.0 && (slow - 99.0).abs() < 2.0);
    /// ```
    ///
    /// # Panics
    /// If there is no quantile, one is not from 0 to 1, or they do not rise. Derived summaries find that out when they are
    /// compiled: `#[metric(quantiles = [0.5, 0.99])]`.
    #[track_caller]
    pub fn with_quantiles(quantiles: &'static [f64]) -> Self {
        if let Err(broken) = crate::name::quantiles(quantiles) {
            panic!("{}", broken.rule);
        }
        Self::create(&Some(quantiles))
    }

    /// Each quantile that was asked for, with its value.
    pub fn quantiles(&self) -> Vec<(f64, f64)> {
        self.window.as_ref().map(|window| window.values()).unwrap_or_default()
    }
}

#[cfg(feature = "quantiles")]
impl HasQuantiles for Summary {}

impl<D: Storage> Ref<'_, D, Summary> {
    /// See [`Summary::start_timer`]. The guard holds a [`Handle`], so that it can outlive this reference and be sent
    /// to other threads.
    #[must_use = "observes when it is dropped: `let _timer = …`"]
    pub fn start_timer(&self) -> Timer<Handle<Summary>> {
        Timer::new(self.handle())
    }
}

impl Observe for Summary {
    fn observe_time(&self, elapsed: Duration) {
        self.observe_duration(elapsed);
    }
}

impl Default for Summary {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words();
        f.debug_struct("Summary").field("count", &words[1]).field("sum", &f64::from_bits(words[0])).finish()
    }
}

instrument!(impl[] Summary, Summary);

impl Child for Summary {
    /// The quantiles.
    type Shared = Option<&'static [f64]>;

    fn shared(spec: &Spec<'_>, _: &'static [&'static str]) -> Self::Shared {
        spec.options.quantiles
    }

    #[cfg_attr(not(feature = "quantiles"), allow(unused_variables, reason = "there are none"))]
    fn create(quantiles: &Self::Shared) -> Self {
        Self {
            cells: stop().allocate(Layout::Histogram(1)),
            baseline: OnceLock::new(),
            created: AtomicU64::new(Timestamp::now().to_word()),
            #[cfg(feature = "quantiles")]
            window: quantiles.map(|quantiles| Box::new(Window::new(quantiles))),
        }
    }

    fn measure(&self, words: &mut Vec<u64>) {
        Self::read(std::iter::once(self), words);
    }

    fn go_on(&self, then: &[u64], now: &[u64], _: bool) {
        observe_difference(&self.cells, then, now);
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        #[cfg(feature = "quantiles")]
        if children.clone().any(|(_, child)| child.window.is_some()) {
            return give_with_quantiles(children, points);
        }
        points.children(children);
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        let mut words = Vec::new();
        unmoved(|| {
            words.clear();
            words.resize(WIDTH, 0);
            read_sequenced(std::iter::once(&self.cells), WIDTH, &mut words);
        });
        let baseline = self.baseline.get_or_init(Box::default);
        *baseline.lock().unwrap_or_else(PoisonError::into_inner) = [words[0], words[1]];
        #[cfg(feature = "quantiles")]
        self.window.iter().for_each(|window| window.clear());
        self.created.store(Timestamp::now().to_word(), Relaxed);
        if let Some(journal) = journal() {
            journal.restart(Key::of_cells(&self.cells), self.created(), &[0, words[0], words[1]]);
        }
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let (key, place) = (Key::of_cells(&self.cells), Place::of_cells(&self.cells));
        let Some(named) = named else { return key.end() };
        let Some(record) = named.record(Traits::of(NumberType::F64), key, place) else { return };
        let mut sums = Vec::new();
        if let Some(baseline) = self.baseline.get() {
            sums.push(0);
            sums.extend(*baseline.lock().unwrap_or_else(PoisonError::into_inner));
        }
        SeriesRecord { created: Some(self.created()), sums: &sums, ..record }.begin();
    }
}

impl Measured for Summary {
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        unmoved(|| {
            words.clear();
            // Baselines first: cells that are read after one hold at least as much.
            words.extend(children.clone().flat_map(Self::less));
            read_sequenced(children.clone().map(|child| &child.cells), WIDTH, words);
        });
    }

    fn point<'a>(&'a self, words: &'a [u64], _: &'a mut Vec<Option<Exemplar>>) -> Point<'a> {
        Point::Summary {
            quantiles: &[],
            count: Some(words[1]),
            sum: Some(f64::from_bits(words[0])),
            created: Some(self.created()),
        }
    }
}

/// One by one: a point lends its quantiles.
#[cfg(feature = "quantiles")]
fn give_with_quantiles<'a>(children: impl Iterator<Item = (&'a str, &'a Summary)>, points: &mut Points<'_>) {
    let mut exemplars = Vec::new();
    for (own, child) in children {
        let (words, quantiles) = (child.words(), child.quantiles());
        let Point::Summary { count, sum, created, .. } = child.point(&words, &mut exemplars) else { continue };
        points.push(own, Point::Summary { quantiles: &quantiles, count, sum, created });
    }
}
