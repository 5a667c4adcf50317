//! Finding a value's bucket.

use crate::model::Options;

/// Upper bounds in seconds from 5 ms to 10 s, those of the Go and Java clients.
pub const DEFAULT_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The bounds of what these options say, which native buckets do without.
pub(crate) fn bounds_of(options: &Options) -> &'static [f64] {
    match options.buckets {
        Some(bounds) => bounds,
        None if options.native.is_some() => &[],
        None => &DEFAULT_BUCKETS,
    }
}

/// `N` bounds from `start` on, each `width` above the one before.
///
/// ```
/// use metrics_core::linear;
/// const BUCKETS: [f64; 3] = linear(1.0, 2.0);
/// assert_eq!(BUCKETS, [1.0, 3.0, 5.0]);
/// ```
///
/// # Panics
/// If `N` is 0 or `width` is not above 0.
#[track_caller]
#[allow(clippy::cast_precision_loss, reason = "an index of an array of bounds")]
pub const fn linear<const N: usize>(start: f64, width: f64) -> [f64; N] {
    assert!(N > 0, "linear buckets: at least one is needed");
    assert!(width > 0.0, "linear buckets: the width must be above 0");
    let mut bounds = [0.0; N];
    let mut i = 0;
    while i < N {
        bounds[i] = start + width * i as f64;
        i += 1;
    }
    bounds
}

/// `N` bounds from `start` on, each `factor` times the one before.
///
/// ```
/// use metrics_core::exponential;
/// const BUCKETS: [f64; 4] = exponential(0.5, 2.0);
/// assert_eq!(BUCKETS, [0.5, 1.0, 2.0, 4.0]);
/// ```
///
/// # Panics
/// If `N` is 0, `start` is not above 0, or `factor` is not above 1.
#[track_caller]
pub const fn exponential<const N: usize>(start: f64, factor: f64) -> [f64; N] {
    assert!(N > 0, "exponential buckets: at least one is needed");
    assert!(start > 0.0, "exponential buckets: the start must be above 0");
    assert!(factor > 1.0, "exponential buckets: the factor must be above 1");
    let mut bounds = [start; N];
    let mut i = 1;
    while i < N {
        bounds[i] = bounds[i - 1] * factor;
        i += 1;
    }
    bounds
}

/// Bits of a double's mantissa.
const MANTISSA: u32 = 52;
/// The most entries of a table: beyond, a search is better than what the table does to the cache.
const TABLE: usize = 1_024;

/// Upper bounds, and how to find the first that is not below a value.
///
/// The bits of a positive double, read as an integer, grow with it. So the exponent and the first bits of the
/// mantissa index a table that says where to look. As many bits are taken as leave at most one bound to each
/// entry: then one comparison decides, for any number of buckets.
#[derive(Debug)]
pub struct Bounds {
    finite: Box<[f64]>,
    table: Table,
}

#[derive(Debug, Default)]
struct Table {
    /// Bits of a double that do not count.
    shift: u32,
    /// With which the first and the last entry begin. Below belongs to the one, above to the other.
    least: f64,
    most: f64,
    /// Key of the first entry.
    low: u64,
    /// None if there cannot be a table.
    entries: Box<[Entry]>,
}

/// What is known of all values of one key.
#[derive(Debug)]
struct Entry {
    /// The first bound that is not below all of them.
    bound: f64,
    /// How many bounds are.
    below: usize,
}

impl Bounds {
    /// Of bounds that [`buckets`](crate::name::buckets) accepts.
    pub(in crate::metric) fn new(bounds: &[f64]) -> Self {
        let finite = bounds.strip_suffix(&[f64::INFINITY]).unwrap_or(bounds);
        let table = (0..=4).find_map(|bits| Table::new(finite, MANTISSA - bits));
        Self { finite: finite.into(), table: table.unwrap_or_default() }
    }

    /// Without +Inf.
    pub(in crate::metric) fn finite(&self) -> &[f64] {
        &self.finite
    }

    /// The same without a table, so that [`look_up`](Self::look_up) never finds anything.
    pub(super) fn without_table(bounds: &[f64]) -> Self {
        Self { table: Table::default(), ..Self::new(bounds) }
    }

    /// The bucket of `value`; the last one for NaN.
    #[inline(always)]
    pub(in crate::metric) fn find(&self, value: f64) -> usize {
        self.look_up(value).unwrap_or_else(|| self.search(value))
    }

    /// The same, if the table knows it.
    #[inline(always)]
    pub(super) fn look_up(&self, value: f64) -> Option<usize> {
        let entry = self.table.entry(value)?;
        Some(entry.below + usize::from(entry.bound < value))
    }

    /// The same without the table.
    #[inline(never)]
    pub(super) fn search(&self, value: f64) -> usize {
        // NaN is above all bounds but the last.
        self.finite.partition_point(|bound| *bound < value || value.is_nan())
    }
}

impl Table {
    /// `None` if two bounds fall on one entry, or the table would be too long.
    fn new(bounds: &[f64], shift: u32) -> Option<Self> {
        if bounds.first().is_none_or(|b| *b <= 0.0) {
            return None;
        }
        let key = |bound: &f64| bound.to_bits() >> shift;
        let low = key(&bounds[0]).checked_sub(1)?;
        let len = usize::try_from(key(&bounds[bounds.len() - 1]) - low + 2).ok().filter(|len| *len <= TABLE)?;
        if bounds.windows(2).any(|pair| key(&pair[0]) == key(&pair[1])) {
            return None;
        }
        let keys = low..low + len as u64;
        let [least, most] = [low, keys.end - 1].map(|key| f64::from_bits(key << shift));
        let entry = |key| {
            let below = bounds.partition_point(|bound| *bound < f64::from_bits(key << shift));
            Entry { bound: bounds.get(below).copied().unwrap_or(f64::INFINITY), below }
        };
        Some(Self { shift, least, most, low, entries: keys.map(entry).collect() })
    }

    #[inline(always)]
    fn entry(&self, value: f64) -> Option<&Entry> {
        // Each is one instruction. What is compared with NaN is false, so that it belongs to the last entry, whose bound it
        // is not above; what has a sign, -0 too, belongs to the first.
        let value = if value < self.most { value } else { self.most };
        let value = if value > self.least { value } else { self.least };
        #[allow(clippy::cast_possible_truncation, reason = "an index of the table")]
        self.entries.get(((value.to_bits() >> self.shift) - self.low) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bounds: &[f64]) {
        let found = Bounds::new(bounds);
        let around = |b: f64| [b.next_down(), b, b.next_up()];
        let values = bounds.iter().copied().flat_map(around).chain([
            0.0,
            -0.0,
            -1.0,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ]);
        for value in values {
            let expected = found.finite().iter().filter(|bound| **bound < value).count();
            assert_eq!(found.find(value), expected, "{value} in {bounds:?}");
        }
        for nan in [f64::NAN, -f64::NAN] {
            assert_eq!(found.find(nan), found.finite().len(), "NaN");
        }
    }

    #[test]
    fn finds_the_first_bound_not_below() {
        check(&DEFAULT_BUCKETS);
        check(&linear::<30>(0.01, 0.1));
        check(&exponential::<30>(1e-6, 2.0));
        check(&[1.0]);
        check(&[f64::MIN_POSITIVE, f64::MAX]);
        check(&[5e-324, 1e-323]);
        check(&[-1.0, 0.0, 1.0]);
        check(&[0.0, 1.0]);
        check(&[1.0, 1.0f64.next_up(), 2.0]);
        check(&[1.0, 2.0, f64::INFINITY]);
        check(&(1..=1000).map(f64::from).collect::<Vec<_>>());
    }

    #[test]
    fn usual_bounds_have_a_table() {
        assert!(!Bounds::new(&DEFAULT_BUCKETS).table.entries.is_empty());
        assert!(!Bounds::new(&exponential::<30>(1e-6, 2.0)).table.entries.is_empty());
    }
}
