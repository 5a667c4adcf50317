use super::collect::{Child, HasBuckets, Instrument, Measured, Spec, instrument};
use super::histogram::{Bounds, bounds_of};
use super::journal::{Key, Named, NumberType, Place, Traits};
use super::points::Points;
use crate::cell::{Stopped, Word, stop};
use crate::model::{Buckets, Exemplar, Point};
use std::fmt;
use std::sync::Arc;

/// How many things of each size there are just now: the ages of what waits in a queue, the sizes of open files.
///
/// What a [`Gauge`](crate::Gauge) is to a [`Counter`](crate::Counter), it is to a [`Histogram`](crate::Histogram): its
/// buckets go up and down ([specification][spec]). Take out each value that you put in, by the same number.
///
/// ```
/// use metrics_core::GaugeHistogram;
///
/// let open_files = GaugeHistogram::new(&[1e3, 1e6]);
/// open_files.inc(200.0);
/// open_files.inc(5e6);
/// open_files.dec(200.0);
/// assert_eq!(open_files.counts(), [0, 0, 1]);
/// assert_eq!(open_files.sum(), 5e6);
/// ```
///
/// Each bucket is one atomic for all threads, and so is the sum: an operation costs two atomic instructions, about 20
/// ns, more where threads contend. A scrape reads one after the other: one that comes between two changes may see a value
/// in two buckets or in none, or not yet in the sum. The sum of floats keeps what rounding leaves.
///
/// All methods may be called from any thread. A change does not block, allocate or panic.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#gaugehistogram
pub struct GaugeHistogram {
    /// An `i64` each: while a value moves, one may be below zero for a moment.
    buckets: Box<[Word]>,
    sum: Word,
    bounds: Arc<Bounds>,
}

impl GaugeHistogram {
    /// One with these upper bounds, which no registry exposes yet.
    ///
    /// # Panics
    /// As [`Histogram::new`](crate::Histogram::new).
    #[track_caller]
    pub fn new(bounds: &[f64]) -> Self {
        if let Err(broken) = crate::name::buckets(bounds) {
            panic!("{}", broken.rule);
        }
        Self::create(&Arc::new(Bounds::new(bounds)))
    }

    /// One more of this value. A NaN is in the last bucket, and makes the sum NaN for good.
    pub fn inc(&self, value: f64) {
        self.add(value, 1);
    }

    /// One less of this value.
    pub fn dec(&self, value: f64) {
        self.add(value, -1);
    }

    /// So many more of this value, or less. More taken out than there are is shown as none.
    #[allow(clippy::cast_precision_loss, reason = "nobody has 2^53 things of one size")]
    pub fn add(&self, value: f64, n: i64) {
        self.buckets[self.bounds.find(value)].add(n.cast_unsigned());
        self.sum.update(|bits| (f64::from_bits(bits) + value * n as f64).to_bits());
    }

    /// Upper bounds of the buckets, without the last one, +Inf.
    pub fn bounds(&self) -> &[f64] {
        self.bounds.finite()
    }

    /// What is in each bucket (not cumulative), the last for +Inf.
    pub fn counts(&self) -> Vec<u64> {
        self.present().collect()
    }

    /// All that is there.
    pub fn count(&self) -> u64 {
        self.present().sum()
    }

    /// The sum of all that is there.
    pub fn sum(&self) -> f64 {
        f64::from_bits(self.sum.load())
    }

    fn present(&self) -> impl Iterator<Item = u64> {
        self.buckets.iter().map(|bucket| u64::try_from(bucket.load().cast_signed()).unwrap_or(0))
    }
}

/// With [`DEFAULT_BUCKETS`](crate::DEFAULT_BUCKETS).
impl Default for GaugeHistogram {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl fmt::Debug for GaugeHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GaugeHistogram")
            .field("bounds", &self.bounds())
            .field("counts", &self.counts())
            .field("sum", &self.sum())
            .finish()
    }
}

impl HasBuckets for GaugeHistogram {}

instrument!(impl[] GaugeHistogram, GaugeHistogram);

impl Child for GaugeHistogram {
    type Shared = Arc<Bounds>;

    fn shared(spec: &Spec<'_>, _: &'static [&'static str]) -> Arc<Bounds> {
        Arc::new(Bounds::new(bounds_of(spec.options)))
    }

    fn create(bounds: &Arc<Bounds>) -> Self {
        let mut stopped = stop();
        let buckets = (0..=bounds.finite().len()).map(|_| stopped.allocate_word()).collect();
        Self { buckets, sum: stopped.allocate_word(), bounds: Arc::clone(bounds) }
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        points.children(children);
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        self.buckets.iter().chain([&self.sum]).for_each(|word| word.store(0));
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let key = Key::of_word(&self.sum);
        let Some(named) = named else { return key.end() };
        let words: Vec<_> = [&self.sum].into_iter().chain(&self.buckets).map(Word::address).collect();
        let traits = Traits { bounds: self.bounds.finite(), ..Traits::of(NumberType::F64) };
        if let Some(record) = named.record(traits, key, Place::Words(&words)) {
            record.begin();
        }
    }
}

impl Measured for GaugeHistogram {
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>) {
        words.clear();
        for child in children {
            words.push(child.sum.load());
            words.extend(child.present());
        }
    }

    fn point<'a>(&'a self, words: &'a [u64], _: &'a mut Vec<Option<Exemplar>>) -> Point<'a> {
        Point::GaugeHistogram {
            buckets: Buckets { bounds: self.bounds.finite(), counts: &words[1..], exemplars: &[] },
            sum: Some(f64::from_bits(words[0])),
            native: None,
        }
    }
}
