use super::Exemplar;
use std::fmt;

/// Some buckets of a [`NativeHistogram`] that follow one another.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BucketSpan {
    /// For the first span, the index of its first bucket; for others, how many empty buckets lie before it.
    pub offset: i32,
    /// How many buckets.
    pub length: u32,
}

/// The buckets of a [`NativeHistogram`] on one side of zero: spans, and how many observations each bucket in them
/// holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NativeBuckets {
    spans: Vec<BucketSpan>,
    counts: Vec<u64>,
}

/// A histogram whose buckets grow exponentially and of which only those exist that hold something.
///
/// With schema *s*, bucket *i* holds what is above *base*^(*i*−1) and at most *base*^*i*, where *base* = 2^(2^−*s*);
/// on the other side of zero, the same with the sign turned round. See the [specification][spec].
///
/// ```
/// use metrics_core::model::{BucketSpan, NativeBuckets, NativeHistogram};
///
/// let positive = NativeBuckets::from_deltas(vec![BucketSpan { offset: 0, length: 3 }], &[2, 1, -2])?;
/// assert_eq!(positive.counts(), [2, 3, 1]);
/// assert_eq!(positive.iter().collect::<Vec<_>>(), [(0, 2), (1, 3), (2, 1)]);
///
/// let histogram = NativeHistogram::new(0, 8.5, positive, NativeBuckets::default())?;
/// assert_eq!(histogram.count(), 6);
/// # Ok::<(), metrics_core::model::NativeError>(())
/// ```
///
/// [spec]: https://prometheus.io/docs/specs/native_histograms/
#[derive(Clone, Debug, PartialEq)]
pub struct NativeHistogram {
    schema: i8,
    zero_threshold: f64,
    zero_count: u64,
    not_a_number: u64,
    sum: f64,
    positive: NativeBuckets,
    negative: NativeBuckets,
    exemplars: Vec<Exemplar>,
}

/// What no [`NativeHistogram`] can be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NativeError {
    /// The schema is none of −4 to 8.
    Schema(i8),
    /// The spans have another number of buckets than there are counts.
    Length {
        /// Buckets in the spans.
        buckets: u64,
        /// Counts.
        counts: usize,
    },
    /// A span but the first begins before the end of the one before it.
    Overlap {
        /// Which span, from 0.
        span: usize,
    },
    /// An index is no `i32`.
    Index,
    /// The deltas lead to a count below zero, or beyond a `u64`.
    Count {
        /// Which bucket, from 0.
        bucket: usize,
    },
    /// The zero bucket's threshold is negative, infinite or NaN.
    ZeroThreshold(f64),
    /// An exemplar has no time.
    Exemplar,
}

impl NativeBuckets {
    /// From how many observations each bucket holds.
    ///
    /// # Errors
    /// If the spans overlap, or have another number of buckets, or an index beyond an `i32`.
    pub fn from_counts(spans: Vec<BucketSpan>, counts: Vec<u64>) -> Result<Self, NativeError> {
        let mut index = 0i64;
        for (at, span) in spans.iter().enumerate() {
            if at > 0 && span.offset < 0 {
                return Err(NativeError::Overlap { span: at });
            }
            index += i64::from(span.offset) + i64::from(span.length);
            if i32::try_from(index).is_err() {
                return Err(NativeError::Index);
            }
        }
        let buckets = spans.iter().map(|span| u64::from(span.length)).sum();
        if buckets != counts.len() as u64 {
            return Err(NativeError::Length { buckets, counts: counts.len() });
        }
        Ok(Self { spans, counts })
    }

    /// From how much more each bucket holds than the one before it, the first than zero.
    ///
    /// # Errors
    /// As [`from_counts`](Self::from_counts), and if a count would be negative.
    pub fn from_deltas(spans: Vec<BucketSpan>, deltas: &[i64]) -> Result<Self, NativeError> {
        let mut count = 0u64;
        let counts = deltas.iter().enumerate().map(|(bucket, delta)| {
            count = count.checked_add_signed(*delta).ok_or(NativeError::Count { bucket })?;
            Ok(count)
        });
        let counts = counts.collect::<Result<_, _>>()?;
        Self::from_counts(spans, counts)
    }

    /// From index and count of each bucket that holds something, by rising index. Gaps that are cheaper to fill than to
    /// tell are filled.
    ///
    /// ```
    /// use metrics_core::model::NativeBuckets;
    /// let buckets = NativeBuckets::from_buckets([(1, 7), (3, 2), (9, 1)])?;
    /// assert_eq!(buckets.counts(), [7, 0, 2, 1]);
    /// assert_eq!(buckets.spans().len(), 2);
    /// # Ok::<(), metrics_core::model::NativeError>(())
    /// ```
    ///
    /// # Errors
    /// If an index does not rise.
    pub fn from_buckets(buckets: impl IntoIterator<Item = (i32, u64)>) -> Result<Self, NativeError> {
        /// Empty buckets that take less room than another span.
        const FILLED: i32 = 2;
        let (mut spans, mut counts) = (Vec::<BucketSpan>::new(), Vec::new());
        let mut next = 0;
        for (index, count) in buckets {
            let gap = i32::checked_sub(index, next).ok_or(NativeError::Index)?;
            match spans.last_mut().filter(|_| (0..=FILLED).contains(&gap)) {
                Some(span) => {
                    counts.extend((0..gap).map(|_| 0));
                    span.length += gap.unsigned_abs() + 1;
                }
                None => spans.push(BucketSpan { offset: gap, length: 1 }),
            }
            counts.push(count);
            next = index.checked_add(1).ok_or(NativeError::Index)?;
        }
        Self::from_counts(spans, counts)
    }

    /// Which buckets there are.
    pub fn spans(&self) -> &[BucketSpan] {
        &self.spans
    }

    /// What they hold.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// By how much each count differs from the one before it, the first from zero; modulo 2^64.
    pub fn deltas(&self) -> impl Iterator<Item = i64> + '_ {
        let before = std::iter::once(0).chain(self.counts.iter().copied());
        self.counts.iter().zip(before).map(|(count, before)| count.wrapping_sub(before).cast_signed())
    }

    /// Index and count of each bucket.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let mut next = 0i32;
        let indices = self.spans.iter().flat_map(move |span| {
            let first = next.wrapping_add(span.offset);
            next = first.wrapping_add_unsigned(span.length);
            first..next
        });
        indices.zip(self.counts.iter().copied())
    }

    fn total(&self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(*count))
    }
}

impl NativeHistogram {
    /// The finest and the coarsest resolution that there is.
    pub const SCHEMAS: std::ops::RangeInclusive<i8> = -4..=8;

    /// With an empty zero bucket of no width.
    ///
    /// # Errors
    /// If there is no such schema.
    pub fn new(schema: i8, sum: f64, positive: NativeBuckets, negative: NativeBuckets) -> Result<Self, NativeError> {
        if !Self::SCHEMAS.contains(&schema) {
            return Err(NativeError::Schema(schema));
        }
        let (zero_threshold, zero_count, not_a_number, exemplars) = (0.0, 0, 0, Vec::new());
        Ok(Self { schema, zero_threshold, zero_count, not_a_number, sum, positive, negative, exemplars })
    }

    /// With as many observations whose distance from zero is at most `threshold`.
    ///
    /// # Errors
    /// If the threshold is negative, infinite or NaN.
    pub fn with_zero_bucket(self, threshold: f64, count: u64) -> Result<Self, NativeError> {
        if !(0.0..f64::INFINITY).contains(&threshold) {
            return Err(NativeError::ZeroThreshold(threshold));
        }
        Ok(Self { zero_threshold: threshold, zero_count: count, ..self })
    }

    /// With as many observations that were NaN, which no bucket holds.
    #[must_use]
    pub fn with_not_a_number(self, count: u64) -> Self {
        Self { not_a_number: count, ..self }
    }

    /// With exemplars.
    ///
    /// # Errors
    /// If one has no time: exemplars of native histograms must have one.
    pub fn with_exemplars(self, exemplars: Vec<Exemplar>) -> Result<Self, NativeError> {
        if exemplars.iter().any(|exemplar| exemplar.timestamp().is_none()) {
            return Err(NativeError::Exemplar);
        }
        Ok(Self { exemplars, ..self })
    }

    /// The resolution: each bucket is 2^(2^−schema) times as wide as the one before it.
    pub fn schema(&self) -> i8 {
        self.schema
    }

    /// All observations.
    pub fn count(&self) -> u64 {
        [self.zero_count, self.not_a_number, self.negative.total()]
            .into_iter()
            .fold(self.positive.total(), u64::saturating_add)
    }

    /// The sum of all observations; NaN once one of them was.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// How far from zero observations of the zero bucket are, at most.
    pub fn zero_threshold(&self) -> f64 {
        self.zero_threshold
    }

    /// Observations in the zero bucket.
    pub fn zero_count(&self) -> u64 {
        self.zero_count
    }

    /// The buckets above zero.
    pub fn positive(&self) -> &NativeBuckets {
        &self.positive
    }

    /// The buckets below zero, by the distance from it.
    pub fn negative(&self) -> &NativeBuckets {
        &self.negative
    }

    /// Exemplars, each with a time.
    pub fn exemplars(&self) -> &[Exemplar] {
        &self.exemplars
    }
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(schema) => write!(f, "schema {schema} does not exist: use one of -4 to 8"),
            Self::Length { buckets, counts } => {
                write!(f, "spans of {buckets} buckets with {counts} counts: give each bucket one")
            }
            Self::Overlap { span } => {
                write!(
                    f,
                    "span {span} begins before the end of the one before it: only the first may have an offset below 0"
                )
            }
            Self::Index => f.write_str("a bucket has an index beyond 32 bits: look at the offsets"),
            Self::Count { bucket } => write!(f, "bucket {bucket} would hold less than nothing: look at the deltas"),
            Self::ZeroThreshold(threshold) => {
                write!(f, "{threshold} is no width of a zero bucket: it is finite and not negative")
            }
            Self::Exemplar => f.write_str("an exemplar of a native histogram needs a time: `Exemplar::at`"),
        }
    }
}

impl std::error::Error for NativeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: i32, length: u32) -> BucketSpan {
        BucketSpan { offset, length }
    }

    #[test]
    fn deltas_and_counts_are_two_spellings() {
        let spans = vec![span(-2, 2), span(3, 1)];
        let buckets = NativeBuckets::from_deltas(spans.clone(), &[1, 4, -5]).unwrap();
        assert_eq!(buckets, NativeBuckets::from_counts(spans, vec![1, 5, 0]).unwrap());
        assert_eq!(buckets.deltas().collect::<Vec<_>>(), [1, 4, -5]);
        assert_eq!(buckets.iter().collect::<Vec<_>>(), [(-2, 1), (-1, 5), (3, 0)]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let of = |spans: &[BucketSpan], deltas: &[i64]| NativeBuckets::from_deltas(spans.to_vec(), deltas);
        assert_eq!(of(&[span(0, 2)], &[1]), Err(NativeError::Length { buckets: 2, counts: 1 }));
        assert_eq!(of(&[span(0, 1), span(-1, 1)], &[1, 1]), Err(NativeError::Overlap { span: 1 }));
        assert_eq!(of(&[span(0, 2)], &[1, -2]), Err(NativeError::Count { bucket: 1 }));
        assert_eq!(of(&[span(i32::MAX, 1)], &[1]), Err(NativeError::Index));
        let none = NativeBuckets::default;
        assert_eq!(NativeHistogram::new(9, 0.0, none(), none()), Err(NativeError::Schema(9)));
        let histogram = NativeHistogram::new(8, 0.0, none(), none()).unwrap();
        for threshold in [-1.0, f64::INFINITY, f64::NAN] {
            assert!(histogram.clone().with_zero_bucket(threshold, 1).is_err());
        }
        let exemplar = Exemplar::new([("id", "1")], 1.0).unwrap();
        assert_eq!(histogram.with_exemplars(vec![exemplar]), Err(NativeError::Exemplar));
    }

    #[test]
    fn the_count_is_that_of_all_buckets() {
        let buckets = |count| NativeBuckets::from_counts(vec![span(0, 1)], vec![count]).unwrap();
        let histogram = NativeHistogram::new(3, f64::NAN, buckets(1), buckets(2)).unwrap();
        let histogram = histogram.with_zero_bucket(0.001, 4).unwrap().with_not_a_number(8);
        assert_eq!(histogram.count(), 15);
    }
}
