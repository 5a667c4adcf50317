//! Native histograms of several processes: brought to the coarsest resolution and the widest zero bucket among them, [as
//! Prometheus does it][merge].
//!
//! [merge]: https://prometheus.io/docs/specs/native_histograms/#histogram-arithmetic

use super::value::Kept;
use metrics_core::metric::native_upper_bound;
use metrics_core::model::{NativeBuckets as Buckets, NativeHistogram};
use std::collections::BTreeMap;

/// What one process counted in a native histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::multiprocess) struct NativeBuckets {
    schema: i8,
    zero_threshold: f64,
    pub(in crate::multiprocess) zero: u64,
    pub(in crate::multiprocess) not_a_number: u64,
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
}

/// No index is beyond that of infinity in the finest schema, on either side.
const MOST_INDEX: i32 = 1 << 19;

/// What several processes counted.
#[derive(Debug, Default)]
pub(super) struct Native {
    all: Option<NativeBuckets>,
}

impl NativeBuckets {
    /// Empty; `None` if there is no such schema, or no such threshold.
    pub(in crate::multiprocess) fn new(schema: i32, zero_threshold: f64) -> Option<Self> {
        let schema = i8::try_from(schema).ok().filter(|schema| NativeHistogram::SCHEMAS.contains(schema))?;
        let is_threshold = (0.0..f64::INFINITY).contains(&zero_threshold);
        is_threshold.then(|| Self { schema, zero_threshold, ..Self::default() })
    }

    pub(in crate::multiprocess) fn add_positive(&mut self, index: i32, count: u64) {
        add(&mut self.positive, index, count);
    }

    pub(in crate::multiprocess) fn add_negative(&mut self, index: i32, count: u64) {
        add(&mut self.negative, index, count);
    }

    pub(in crate::multiprocess) fn schema(&self) -> i8 {
        self.schema
    }

    pub(in crate::multiprocess) fn zero_threshold(&self) -> f64 {
        self.zero_threshold
    }

    /// Index and count of each bucket above zero, and below.
    pub(in crate::multiprocess) fn sides(&self) -> [impl Iterator<Item = (i32, u64)>; 2] {
        [&self.positive, &self.negative].map(|side| side.iter().map(|(index, count)| (*index, *count)))
    }

    /// Widens the zero bucket to `threshold` at least: to the end of a bucket that would be in it by a part, if that
    /// holds something.
    fn widen(&mut self, threshold: f64) {
        let mut wide = threshold;
        while let Some(end) = self.end_of_bucket_around(wide) {
            wide = end;
        }
        self.zero_threshold = wide;
        for side in [&mut self.positive, &mut self.negative] {
            while let Some(first) = side.first_entry() {
                if native_upper_bound(self.schema, *first.key()) > wide {
                    break;
                }
                self.zero = self.zero.saturating_add(first.remove());
            }
        }
    }

    fn end_of_bucket_around(&self, value: f64) -> Option<f64> {
        [&self.positive, &self.negative].into_iter().find_map(|side| {
            let is_around = |index: i32| {
                let (lower, upper) =
                    (native_upper_bound(self.schema, index - 1), native_upper_bound(self.schema, index));
                (lower < value && value < upper).then_some(upper)
            };
            side.iter().filter(|(_, count)| **count > 0).find_map(|(index, _)| is_around(*index))
        })
    }

    fn coarsen(&mut self, schema: i8) {
        let steps = u32::try_from(self.schema - schema).unwrap_or(0);
        if steps == 0 {
            return;
        }
        self.schema = schema;
        for side in [&mut self.positive, &mut self.negative] {
            let mut coarse = BTreeMap::new();
            for (index, count) in &*side {
                // Two buckets are one of the next coarser schema, whose index is half as great, rounded up.
                add(&mut coarse, (*index + ((1 << steps) - 1)) >> steps, *count);
            }
            *side = coarse;
        }
    }

    fn join(&mut self, other: &Self) {
        let mut other = other.clone();
        // Widened to the end of a bucket of its own, one may be wider than the other again.
        while self.zero_threshold != other.zero_threshold {
            if self.zero_threshold < other.zero_threshold {
                self.widen(other.zero_threshold);
            } else {
                other.widen(self.zero_threshold);
            }
        }
        let schema = self.schema.min(other.schema);
        self.coarsen(schema);
        other.coarsen(schema);
        self.zero = self.zero.saturating_add(other.zero);
        self.not_a_number = self.not_a_number.saturating_add(other.not_a_number);
        other.positive.into_iter().for_each(|(index, count)| add(&mut self.positive, index, count));
        other.negative.into_iter().for_each(|(index, count)| add(&mut self.negative, index, count));
    }
}

fn add(side: &mut BTreeMap<i32, u64>, index: i32, count: u64) {
    if count > 0 && index.abs() <= MOST_INDEX {
        let all = side.entry(index).or_default();
        *all = all.saturating_add(count);
    }
}

impl Native {
    pub(super) fn add(&mut self, new: &NativeBuckets) {
        match &mut self.all {
            Some(all) => all.join(new),
            None => self.all = Some(new.clone()),
        }
    }

    pub(super) fn buckets(&self) -> Option<&NativeBuckets> {
        self.all.as_ref()
    }

    pub(super) fn histogram(&self, sum: f64, exemplars: &[Kept]) -> Option<NativeHistogram> {
        let all = self.all.as_ref()?;
        let [positive, negative] = all.sides();
        let (positive, negative) = (Buckets::from_buckets(positive).ok()?, Buckets::from_buckets(negative).ok()?);
        let mut exemplars: Vec<_> = exemplars.iter().filter_map(Kept::exemplar).collect();
        exemplars.sort_by(|a, b| a.value().total_cmp(&b.value()));
        let histogram = NativeHistogram::new(all.schema, sum, positive, negative).ok()?;
        let histogram = histogram.with_zero_bucket(all.zero_threshold, all.zero).ok()?;
        histogram.with_not_a_number(all.not_a_number).with_exemplars(exemplars).ok()
    }
}
