//! Histograms.

mod bounds;
mod native;
mod reading;

use super::collect::{Child, HasBuckets, HasNative, Instrument, Measured, Spec, instrument};
use super::exemplars::{self, Created};
use super::family::{Handle, Ref, Storage};
use super::journal::{Key, Named, NumberType, Place, SeriesRecord, Traits, journal};
use super::points::Points;
use super::timer::{Observe, Timer};
use crate::cell::{Layout, Range, Stopped, read_sequenced, stop, unlikely, unmoved};
use crate::model::{Buckets, Exemplar, ExemplarError, NativeHistogram, NativeOptions, Point, Timestamp};
use native::Native;
use reading::read;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

pub(super) use bounds::Bounds;
pub(crate) use bounds::bounds_of;
pub use bounds::{DEFAULT_BUCKETS, exponential, linear};
#[doc(hidden)]
pub use native::native_upper_bound;
pub(super) use reading::observe_difference;

/// Counts observations by bucket, and adds them up: durations in seconds, sizes in bytes.
///
/// An observation changes this thread's own copy and costs 3 to 5 ns for any number of buckets, however
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
/// # Native buckets
///
/// A [native histogram][spec] needs no bounds: its buckets grow exponentially, each is made when something falls into
/// it, and there are as many as [`NativeOptions`] allow. A histogram has the buckets of bounds, native ones, or both
/// ([`with_native`](Self::with_native)), from the same observations:
///
/// ```
/// use metrics_core::{Histogram, NativeOptions};
///
/// let seconds = Histogram::native(NativeOptions::DEFAULT.factor(2.0));
/// for value in [0.3, 0.4, 3.0] {
///     seconds.observe(value);
/// }
/// let native = seconds.to_native().unwrap();
/// // Above 0.25 and at most 0.5 there are two; one is above 2 and at most 4.
/// assert_eq!(native.positive().iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [(-1, 2), (2, 1)]);
/// ```
///
/// An observation costs some nanoseconds more then. It stops the making of series for a moment when it needs a bucket
/// that is not there yet, and allocates that; so a global allocator must not observe in one. Formats that know no native
/// buckets show such a histogram with the bucket +Inf alone.
///
/// [spec]: https://prometheus.io/docs/specs/native_histograms/
///
/// # Threads
///
/// All methods may be called from any thread. An observation does not block or allocate, except that a thread's
/// first one takes memory for its copies, and panics only if there is none left. (Threads beyond the bound on
/// copies, see [the crate's page](crate), share one, and wait for each other there for some nanoseconds.)
pub struct Histogram {
    /// None, if there are native buckets.
    cells: Range,
    shape: Arc<Shape>,
    native: Option<Box<Native>>,
    /// What the cells held when its present life began, if it is not the first; see [`Child::restart`].
    baseline: OnceLock<Box<Mutex<Box<[u64]>>>>,
    created: Created,
}

/// What all histograms of a family share.
#[derive(Debug)]
pub struct Shape {
    /// Without a table if there are native buckets.
    bounds: Bounds,
    native: Option<Arc<native::Shape>>,
}

impl Shape {
    fn new(bounds: &[f64], native: Option<NativeOptions>) -> Arc<Self> {
        let Some(options) = native else { return Arc::new(Self { bounds: Bounds::new(bounds), native: None }) };
        let classic = (!bounds.is_empty()).then(|| Bounds::new(bounds));
        let native = Some(Arc::new(native::Shape { options, classic }));
        Arc::new(Self { bounds: Bounds::without_table(bounds), native })
    }

    /// The last of these exemplars in each classic bucket, if there are such.
    fn last_of_each(&self, exemplars: &[Exemplar]) -> Vec<Option<Exemplar>> {
        let Some(bounds) = self.native.as_ref().and_then(|native| native.classic.as_ref()) else { return Vec::new() };
        if exemplars.is_empty() {
            return Vec::new();
        }
        let mut last: Vec<Option<Exemplar>> = vec![None; bounds.finite().len() + 1];
        for exemplar in exemplars {
            let place = &mut last[bounds.find(exemplar.value())];
            if place.as_ref().is_none_or(|other| other.timestamp() <= exemplar.timestamp()) {
                *place = Some(exemplar.clone());
            }
        }
        last
    }
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
        Self::create(&Shape::new(bounds, None))
    }

    /// A histogram with native buckets only, which no registry exposes yet.
    pub fn native(options: NativeOptions) -> Self {
        Self::create(&Shape::new(&[], Some(options)))
    }

    /// A histogram with these upper bounds, and native buckets besides: for readers of both kinds.
    ///
    /// ```
    /// use metrics_core::{Histogram, NativeOptions};
    ///
    /// let seconds = Histogram::with_native(&[0.1, 1.0], NativeOptions::DEFAULT);
    /// seconds.observe(0.3);
    /// assert_eq!(seconds.counts(), [0, 1, 0]);
    /// assert_eq!(seconds.to_native().unwrap().count(), 1);
    /// ```
    ///
    /// # Panics
    /// As [`new`](Self::new).
    #[track_caller]
    pub fn with_native(bounds: &[f64], options: NativeOptions) -> Self {
        if let Err(broken) = crate::name::buckets(bounds) {
            panic!("{}", broken.rule);
        }
        Self::create(&Shape::new(bounds, Some(options)))
    }

    /// Counts `value` in the first bucket whose bound is not below it, and adds it to the sum. NaN counts in
    /// no bucket but the last, +Inf, and makes the sum NaN ([specification][spec]).
    ///
    /// [spec]: https://prometheus.io/docs/specs/native_histograms/#special-cases-of-nan-and-inf-observations
    #[inline]
    pub fn observe(&self, value: f64) {
        match &self.native {
            None => match self.shape.bounds.look_up(value) {
                Some(bucket) => self.cells.observe(bucket, value),
                None => self.observe_searched(value),
            },
            Some(native) => {
                // Apart, so that what classic histograms take can be a part of its caller.
                unlikely();
                native.observe(value);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn observe_searched(&self, value: f64) {
        self.cells.observe(self.shape.bounds.search(value), value);
    }

    /// Observes a duration in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// As [`observe`](Self::observe), and keeps these labels as the exemplar of its bucket: the id of a trace, at most 128
    /// characters of names and values ([OpenMetrics][spec]). The last one of each bucket stays. With native buckets it is
    /// ten whose values are far from one another, and for five minutes at most once there are that many.
    ///
    /// Some 200 ns; other histograms and observations pay nothing for it.
    ///
    /// ```
    /// use metrics_core::Histogram;
    /// let seconds = Histogram::default();
    /// seconds.observe_with_exemplar(0.7, [("trace_id", "4bf92f3577b34da6")])?;
    /// # Ok::<(), metrics_core::model::ExemplarError>(())
    /// ```
    ///
    /// # Errors
    /// If the labels cannot be those of an exemplar. Then nothing is observed.
    ///
    /// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
    pub fn observe_with_exemplar<N: AsRef<str>, V: AsRef<str>>(
        &self,
        value: f64,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), ExemplarError> {
        let exemplar = exemplars::make(labels, value)?;
        self.observe(value);
        self.keep(exemplar, Duration::ZERO);
        Ok(())
    }

    /// Observes a duration, with an exemplar if there is a supplier of them and it is time for one.
    #[inline]
    pub(crate) fn observe_sampled(&self, duration: Duration) {
        let value = duration.as_secs_f64();
        // First, so that the value need not be kept while it is observed.
        if exemplars::has_supplier() { self.observe_and_sample(value) } else { self.observe(value) }
    }

    #[cold]
    fn observe_and_sample(&self, value: f64) {
        self.observe(value);
        if let Some((exemplar, retain)) = exemplars::sample(value) {
            self.keep(exemplar, retain);
        }
    }

    fn keep(&self, exemplar: Exemplar, retain: Duration) {
        match &self.native {
            Some(native) => native.keep(exemplar, retain),
            None => {
                let (slots, slot) = (self.width() - 1, self.shape.bounds.find(exemplar.value()));
                self.created.put(&self.cells, slots, slot, exemplar, retain);
            }
        }
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
    #[inline]
    pub fn start_timer(&self) -> Timer<&Self> {
        Timer::new(self)
    }

    /// Upper bounds of the classic buckets, without the last one, +Inf.
    pub fn bounds(&self) -> &[f64] {
        self.shape.bounds.finite()
    }

    /// Observations of each classic bucket (not cumulative), the last for +Inf; empty if there are only native ones.
    /// Reads all threads' copies.
    pub fn counts(&self) -> Vec<u64> {
        match &self.native {
            Some(native) => native.read().classic,
            None => self.words().split_off(1),
        }
    }

    /// The native buckets, if the histogram has such. Reads all threads' copies.
    pub fn to_native(&self) -> Option<NativeHistogram> {
        self.native.as_ref().map(|native| native.read().native)
    }

    /// All observations.
    pub fn count(&self) -> u64 {
        match self.to_native() {
            Some(native) => native.count(),
            None => self.words()[1..].iter().sum(),
        }
    }

    /// The sum of all observations.
    pub fn sum(&self) -> f64 {
        match self.to_native() {
            Some(native) => native.sum(),
            None => f64::from_bits(self.words()[0]),
        }
    }

    /// When the histogram was empty.
    pub fn created(&self) -> Timestamp {
        match &self.native {
            Some(native) => native.created(),
            None => self.created.time(),
        }
    }

    fn words(&self) -> Vec<u64> {
        let mut words = Vec::new();
        Self::read(std::iter::once(self), &mut words);
        words
    }

    /// Words of a reading: the sum and the buckets.
    fn width(&self) -> usize {
        self.bounds().len() + 2
    }
}

impl<D: Storage> Ref<'_, D, Histogram> {
    /// See [`Histogram::start_timer`]. The guard holds a [`Handle`], so that it can outlive this reference and
    /// be sent to other threads.
    #[must_use = "observes when it is dropped: `let _timer = …`"]
    pub fn start_timer(&self) -> Timer<Handle<Histogram>> {
        Timer::new(self.handle())
    }
}

impl Drop for Histogram {
    fn drop(&mut self) {
        self.created.forget(&self.cells);
    }
}

impl Observe for Histogram {
    #[inline]
    fn observe_time(&self, elapsed: Duration) {
        self.observe_sampled(elapsed);
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
        if let Some(native) = &self.native {
            let reading = native.read();
            return f
                .debug_struct("Histogram")
                .field("bounds", &self.bounds())
                .field("counts", &reading.classic)
                .field("native", &reading.native)
                .finish();
        }
        let words = self.words();
        f.debug_struct("Histogram")
            .field("bounds", &self.bounds())
            .field("counts", &&words[1..])
            .field("sum", &f64::from_bits(words[0]))
            .finish()
    }
}

impl HasBuckets for Histogram {}
impl HasNative for Histogram {}

instrument!(impl[] Histogram, Histogram);

impl Child for Histogram {
    type Shared = Arc<Shape>;

    fn shared(spec: &Spec<'_>, _: &'static [&'static str]) -> Arc<Shape> {
        Shape::new(bounds_of(spec.options), spec.options.native)
    }

    fn create(shape: &Arc<Shape>) -> Self {
        let mut stopped = stop();
        let native = shape.native.as_ref().map(|native| Box::new(Native::new(native, &mut stopped)));
        let cells = match native {
            Some(_) => Range::none(),
            // Where it does not fit, more are refused than fit.
            None => {
                let buckets = u32::try_from(shape.bounds.finite().len() + 1).unwrap_or(u32::MAX);
                stopped.allocate(Layout::Histogram(buckets))
            }
        };
        drop(stopped);
        Self { cells, shape: Arc::clone(shape), native, baseline: OnceLock::new(), created: Created::now() }
    }

    fn measure(&self, words: &mut Vec<u64>) {
        match &self.native {
            Some(native) => {
                let reading = native.read().native;
                *words = vec![reading.sum().to_bits(), reading.count()];
            }
            None => Self::read(std::iter::once(self), words),
        }
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        // All of a family have native buckets, or none has.
        if children.clone().next().is_none_or(|(_, child)| child.native.is_none()) {
            return points.children(children);
        }
        for (own, child) in children {
            let Some(native) = &child.native else { continue };
            let reading = native.read();
            let exemplars = child.shape.last_of_each(reading.native.exemplars());
            points.push(
                own,
                Point::Histogram {
                    buckets: Buckets { bounds: child.bounds(), counts: &reading.classic, exemplars: &exemplars },
                    sum: Some(reading.native.sum()),
                    native: Some(&reading.native),
                    created: Some(reading.created),
                },
            );
            native.restart_if_due();
        }
    }

    fn go_on(&self, then: &[u64], now: &[u64], _: bool) {
        // In which native buckets, nobody knows any more.
        if self.native.is_some() {
            return;
        }
        observe_difference(&self.cells, then, now);
    }

    fn restart(&self, stopped: &mut Stopped<'static>) {
        if let Some(native) = &self.native {
            return native.restart(stopped);
        }
        let mut words = Vec::new();
        unmoved(|| {
            words.clear();
            words.resize(self.width(), 0);
            read_sequenced(std::iter::once(&self.cells), self.width(), &mut words);
        });
        self.created.restart(&self.cells);
        if let Some(journal) = journal() {
            // What the sequence number was does not matter.
            journal.restart(Key::of_cells(&self.cells), self.created(), &[&[0], &*words].concat());
        }
        let baseline = self.baseline.get_or_init(Box::default);
        *baseline.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
    }

    fn announce(&self, stopped: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let traits = Traits { bounds: self.bounds(), ..Traits::of(NumberType::F64) };
        if let Some(native) = &self.native {
            return native.announce(stopped, traits, named);
        }
        let (key, place) = (Key::of_cells(&self.cells), Place::of_cells(&self.cells));
        let Some(named) = named else { return key.end() };
        let Some(record) = named.record(traits, key, place) else { return };
        let mut sums = Vec::new();
        if let Some(baseline) = self.baseline.get() {
            sums.push(0);
            sums.extend_from_slice(&baseline.lock().unwrap_or_else(PoisonError::into_inner));
        }
        SeriesRecord { created: Some(self.created()), sums: &sums, ..record }.begin();
        self.created.announce(&self.cells);
    }
}

impl Measured for Histogram {
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        let width = children.clone().next().map_or(0, Self::width);
        unmoved(|| read(children.clone(), width, words));
    }

    fn point<'a>(&'a self, words: &'a [u64], exemplars: &'a mut Vec<Option<Exemplar>>) -> Point<'a> {
        let (counts, exemplars) = (&words[1..], self.created.read_counted(&self.cells, &words[1..], exemplars));
        Point::Histogram {
            buckets: Buckets { bounds: self.bounds(), counts, exemplars },
            sum: Some(f64::from_bits(words[0])),
            native: None,
            created: Some(self.created()),
        }
    }
}
