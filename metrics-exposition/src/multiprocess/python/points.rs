//! A histogram stands in a file as one value for its sum and one for each bucket: puts them together.

use std::collections::HashMap;

/// One histogram of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Buckets {
    /// Upper bounds of all buckets but the last one.
    pub(super) bounds: Vec<f64>,
    /// How many observations each bucket holds; one more than bounds.
    pub(super) counts: Vec<u64>,
    pub(super) sum: f64,
    /// Holds what no bucket can.
    is_wrong: bool,
}

impl Buckets {
    fn clear(&mut self) {
        self.bounds.clear();
        self.counts.clear();
        (self.sum, self.is_wrong) = (0.0, false);
    }

    fn is_clear(&self) -> bool {
        self.bounds.is_empty() && self.sum == 0.0
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of observations")]
    fn push(&mut self, bound: f64, count: f64) {
        self.is_wrong |= count.is_nan() || count < 0.0;
        self.bounds.push(bound);
        self.counts.push(count as u64);
    }

    /// Brings the bounds into order. Whether they are those of a histogram: the last one is +Inf.
    fn settle(&mut self) -> bool {
        if !self.bounds.is_sorted_by(|one, next| one < next) {
            self.sort();
        }
        self.bounds.pop() == Some(f64::INFINITY) && !self.is_wrong
    }

    /// Adds up what has one bound: in a file that two versions of the client wrote, it may be spelled in two ways.
    fn sort(&mut self) {
        let mut all: Vec<_> = self.bounds.drain(..).zip(self.counts.drain(..)).collect();
        all.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        for (bound, count) in all {
            match (self.bounds.last(), self.counts.last_mut()) {
                (Some(last), Some(sum)) if *last == bound => *sum = sum.saturating_add(count),
                _ => {
                    self.bounds.push(bound);
                    self.counts.push(count);
                }
            }
        }
    }
}

/// Histograms of a file, while its values come.
#[derive(Debug, Default)]
pub(super) struct Histograms {
    /// How many values of each series are still to come.
    awaited: Vec<u32>,
    current: Option<u32>,
    buckets: Buckets,
    /// Begun, and interrupted by another one.
    others: HashMap<u32, Buckets>,
}

/// A value of a histogram.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Sum(f64),
    Bucket(f64, f64),
}

impl Histograms {
    /// Announces a value of `series`.
    pub(super) fn expect(&mut self, series: u32) {
        let at = series as usize;
        if at >= self.awaited.len() {
            self.awaited.resize(at + 1, 0);
        }
        self.awaited[at] += 1;
    }

    /// Takes a value that was announced, and gives the histogram whose last one that was.
    ///
    /// One without the bucket for +Inf was still being made when its process was killed, or is cut off. Nothing was
    /// observed in it yet, or nobody can tell how much, so it is left out.
    pub(super) fn take(&mut self, series: u32, value: Value, whole: impl FnOnce(&Buckets)) {
        if let Some(before) = self.current.replace(series).filter(|before| *before != series) {
            if !self.buckets.is_clear() {
                self.others.insert(before, std::mem::take(&mut self.buckets));
            }
            if let Some(begun) = self.others.remove(&series) {
                self.buckets = begun;
            }
        }
        match value {
            Value::Sum(sum) => self.buckets.sum += sum,
            Value::Bucket(bound, count) => self.buckets.push(bound, count),
        }
        let awaited = &mut self.awaited[series as usize];
        *awaited -= 1;
        if *awaited == 0 {
            if self.buckets.settle() {
                whole(&self.buckets);
            }
            self.buckets.clear();
        }
    }

    /// The file has no more. What was announced has come.
    pub(super) fn end(&mut self) {
        self.current = None;
        self.buckets.clear();
        self.others.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Value::{Bucket, Sum};
    use super::*;

    const INF: f64 = f64::INFINITY;

    fn buckets(bounds: &[f64], counts: &[u64], sum: f64) -> Buckets {
        Buckets { bounds: bounds.into(), counts: counts.into(), sum, is_wrong: false }
    }

    /// What comes out of these values, series by series.
    fn whole(values: &[(u32, Value)]) -> Vec<(u32, Buckets)> {
        let (mut histograms, mut found) = (Histograms::default(), Vec::new());
        // Twice, as of two files: nothing of the first one is left.
        for _ in 0..2 {
            found.clear();
            values.iter().for_each(|(series, _)| histograms.expect(*series));
            for (series, value) in values {
                histograms.take(*series, *value, |buckets| found.push((*series, buckets.clone())));
            }
            histograms.end();
        }
        found
    }

    #[test]
    fn one_behind_the_other() {
        let found = whole(&[
            (3, Sum(1.5)),
            (3, Bucket(1.0, 2.0)),
            (3, Bucket(INF, 1.0)),
            (0, Sum(0.0)),
            (0, Bucket(1.0, 0.0)),
            (0, Bucket(INF, 0.0)),
        ]);
        assert_eq!(found, [(3, buckets(&[1.0], &[2, 1], 1.5)), (0, buckets(&[1.0], &[0, 0], 0.0))]);
    }

    #[test]
    fn in_pieces_and_in_any_order() {
        let found = whole(&[
            (0, Bucket(INF, 1.0)),
            (1, Sum(7.0)),
            (0, Bucket(1e10, 2.0)),
            (1, Bucket(INF, 4.0)),
            (0, Sum(1.5)),
            // Spelled in another way.
            (0, Bucket(1e10, 3.0)),
            (0, Bucket(0.5, 6.0)),
        ]);
        assert_eq!(found, [(1, buckets(&[], &[4], 7.0)), (0, buckets(&[0.5, 1e10], &[6, 5, 1], 1.5))]);
    }

    #[test]
    fn what_is_no_histogram_is_left_out() {
        assert!(whole(&[(0, Sum(1.0)), (0, Bucket(1.0, 1.0))]).is_empty(), "half made");
        assert!(whole(&[(0, Sum(1.0))]).is_empty());
        assert!(whole(&[(0, Bucket(1.0, -1.0)), (0, Bucket(INF, 1.0))]).is_empty(), "less than none");
        assert!(whole(&[(0, Bucket(1.0, f64::NAN)), (0, Bucket(INF, 1.0))]).is_empty());
        // The next one has nothing of it.
        let found = whole(&[(0, Sum(1.0)), (0, Bucket(1.0, 1.0)), (1, Bucket(INF, 1.0))]);
        assert_eq!(found, [(1, buckets(&[], &[1], 0.0))]);
    }
}
