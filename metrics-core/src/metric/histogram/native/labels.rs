//! What each cell counts, and what happens when there would be too many buckets.

use super::index::{FINEST, MOST_STEPS, coarser, finest, steps_of_factor, upper_bound};
use crate::metric::journal::NativeLabel;
use crate::model::{NativeBuckets, NativeHistogram, NativeOptions};

/// The cells' labels, by their numbers, with what they mean: a resolution, and the zero bucket's width.
///
/// Labels get coarser and nothing else, so that whoever still counts by a finer one counts in the right cell. Several
/// cells may come to have the same label; they are added up when they are read.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    /// From the finest schema to the present one.
    pub(super) steps: u32,
    pub(super) zero_threshold: f64,
    pub(super) of_cells: Vec<NativeLabel>,
}

/// Cells that are there from the start.
pub(super) const NOT_A_NUMBER: usize = 0;
pub(super) const ZERO: usize = 1;

impl Labels {
    pub(super) fn new(options: &NativeOptions) -> Self {
        Self {
            steps: steps_of_factor(options.factor),
            zero_threshold: options.zero_threshold,
            of_cells: vec![NativeLabel::NotANumber, NativeLabel::Zero],
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "12 at most")]
    pub(super) fn schema(&self) -> i8 {
        FINEST - self.steps as i8
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.of_cells.len()
    }

    /// The cell that counts `value`: one of those that are there, or a new one. `true` where it could not be had but by
    /// forgetting them all, which `may_reset` allows.
    pub(super) fn cell(&mut self, value: f64, options: &NativeOptions, may_reset: bool) -> (usize, bool) {
        self.of_cells.push(label(value, self.steps, self.zero_threshold));
        let mut is_reset = false;
        while self.buckets() > options.max_buckets {
            if may_reset {
                *self = Self::new(options);
                self.of_cells.push(label(value, self.steps, self.zero_threshold));
                is_reset = true;
                break;
            }
            if !self.widen_zero(options.max_zero_threshold) && !self.halve() {
                break;
            }
        }
        let new = self.len() - 1;
        let cell = self.of_cells[..new].iter().position(|label| *label == self.of_cells[new]);
        if cell.is_some() {
            self.of_cells.pop();
        }
        (cell.unwrap_or(new), is_reset)
    }

    /// Whether it was made coarser than it was at first.
    pub(super) fn is_coarser(&self, options: &NativeOptions) -> bool {
        self.steps > steps_of_factor(options.factor) || self.zero_threshold > options.zero_threshold
    }

    /// Each label once, but those of what has no bucket or the zero bucket, with a cell that has it.
    pub(super) fn buckets_and_cells(&self) -> Vec<(NativeLabel, usize)> {
        let is_bucket = |label: &NativeLabel| matches!(label, NativeLabel::Negative(_) | NativeLabel::Positive(_));
        let cells = self.of_cells.iter().copied().enumerate().map(|(cell, label)| (label, cell));
        let mut buckets: Vec<_> = cells.filter(|(label, _)| is_bucket(label)).collect();
        buckets.sort_unstable();
        buckets.dedup_by_key(|(label, _)| *label);
        buckets
    }

    fn buckets(&self) -> usize {
        self.buckets_and_cells().len()
    }

    /// Lets the zero bucket swallow the nearest bucket, on both sides. Whether that is allowed.
    fn widen_zero(&mut self, max: f64) -> bool {
        let nearest = self.of_cells.iter().filter_map(|label| label.index()).min();
        let Some(nearest) = nearest else { return false };
        let threshold = upper_bound(nearest, self.steps);
        if threshold > max || threshold <= self.zero_threshold {
            return false;
        }
        self.zero_threshold = threshold;
        for label in &mut self.of_cells {
            if label.index().is_some_and(|index| index <= nearest) {
                *label = NativeLabel::Zero;
            }
        }
        true
    }

    /// Makes one bucket of each two. Whether there is a coarser resolution.
    fn halve(&mut self) -> bool {
        if self.steps == MOST_STEPS {
            return false;
        }
        self.steps += 1;
        for label in &mut self.of_cells {
            if let NativeLabel::Negative(index) | NativeLabel::Positive(index) = label {
                *index = coarser(*index, 1);
            }
        }
        true
    }

    /// The histogram that these counts of the cells are; cells without one hold nothing.
    pub(super) fn histogram(&self, sum: f64, counts: impl Iterator<Item = u64>) -> NativeHistogram {
        let mut counted: Vec<_> = self.of_cells.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
        counted.sort_unstable();
        counted.dedup_by(|next, last| {
            let is_same = next.0 == last.0;
            if is_same {
                last.1 += next.1;
            }
            is_same
        });
        let of = |wanted| counted.iter().find(|(label, _)| *label == wanted).map_or(0, |(_, count)| *count);
        let negative = side(counted.iter().filter_map(|(label, count)| match label {
            NativeLabel::Negative(index) => Some((*index, *count)),
            _ => None,
        }));
        let positive = side(counted.iter().filter_map(|(label, count)| match label {
            NativeLabel::Positive(index) => Some((*index, *count)),
            _ => None,
        }));
        NativeHistogram::new(self.schema(), sum, positive, negative)
            .and_then(|histogram| histogram.with_zero_bucket(self.zero_threshold, of(NativeLabel::Zero)))
            .expect("the schema exists, and the threshold is finite")
            .with_not_a_number(of(NativeLabel::NotANumber))
    }
}

impl NativeLabel {
    fn index(self) -> Option<i32> {
        match self {
            Self::Negative(index) | Self::Positive(index) => Some(index),
            Self::NotANumber | Self::Zero => None,
        }
    }
}

/// What `value` counts as.
pub(super) fn label(value: f64, steps: u32, zero_threshold: f64) -> NativeLabel {
    let distance = value.abs();
    if value.is_nan() {
        NativeLabel::NotANumber
    } else if distance <= zero_threshold {
        NativeLabel::Zero
    } else {
        let index = coarser(finest(distance), steps);
        if value < 0.0 { NativeLabel::Negative(index) } else { NativeLabel::Positive(index) }
    }
}

/// Buckets by rising index.
fn side(buckets: impl Iterator<Item = (i32, u64)>) -> NativeBuckets {
    NativeBuckets::from_buckets(buckets).expect("the indices rise, and are small")
}
