//! What was observed, as the words of a reading: the sum and the buckets.

use super::Histogram;
use crate::cell::{Range, read_sequenced};
use std::sync::PoisonError;

/// Observes again by how much two readings differ, of a sum and buckets. Few, as a rule: as many as were under way when
/// a series ended.
pub(in crate::metric) fn observe_difference(cells: &Range, then: &[u64], now: &[u64]) {
    let mut rest = f64::from_bits(now[0]) - f64::from_bits(then[0]);
    for (bucket, (then, now)) in then[1..].iter().zip(&now[1..]).enumerate() {
        for _ in 0..now.saturating_sub(*then) {
            cells.observe(bucket, std::mem::take(&mut rest));
        }
    }
}

/// What was measured since the baselines: `width` words each.
pub(super) fn read<'a>(
    children: impl ExactSizeIterator<Item = &'a Histogram> + Clone,
    width: usize,
    words: &mut Vec<u64>,
) {
    words.clear();
    words.reserve((children.len() + 1) * width);
    // Baselines first: cells that are read after one hold at least as much.
    for child in children.clone() {
        match child.baseline.get() {
            None => words.resize(words.len() + width, 0),
            Some(baseline) => {
                let baseline = baseline.lock().unwrap_or_else(PoisonError::into_inner);
                words.push((0.0 - f64::from_bits(baseline[0])).to_bits());
                words.extend(baseline[1..].iter().map(|count| count.wrapping_neg()));
            }
        }
    }
    read_sequenced(children.map(|child| &child.cells), width, words);
}
