//! Histograms of processes that may have different buckets. Such are never added to each other.

use super::native::{Native, NativeBuckets};
use super::value::{Kept, Sighting};

/// The sets of bounds that a family has.
#[derive(Debug, Default)]
pub(super) struct Sets {
    sets: Vec<Set>,
    last: usize,
}

#[derive(Debug)]
struct Set {
    bounds: Box<[f64]>,
    /// Histograms that were added with it in this scrape, and those of them that are of living processes.
    uses: u64,
    living: u64,
}

/// Sets of bounds of one family at most: each process may have another one only by mistake.
const MOST_SETS: usize = 64;
/// Exemplars of a native histogram that are kept, the newest ones.
const NATIVE_EXEMPLARS: usize = 10;

impl Sets {
    /// Begins a scrape. Numbers stay what they are.
    pub(super) fn begin(&mut self) {
        self.sets.iter_mut().for_each(|set| (set.uses, set.living) = (0, 0));
    }

    /// The number of a set; `None` if it cannot be one, or there are too many.
    pub(super) fn find(&mut self, bounds: &[f64]) -> Option<usize> {
        if self.sets.get(self.last).is_some_and(|set| *set.bounds == *bounds) {
            return Some(self.last);
        }
        let found = self.sets.iter().position(|set| *set.bounds == *bounds);
        self.last = match found {
            Some(found) => found,
            None => {
                let rises = bounds.windows(2).all(|pair| pair[0] < pair[1]);
                if !rises || !bounds.iter().all(|bound| bound.is_finite()) || self.sets.len() == MOST_SETS {
                    return None;
                }
                self.sets.push(Set { bounds: bounds.into(), uses: 0, living: 0 });
                self.sets.len() - 1
            }
        };
        Some(self.last)
    }

    pub(super) fn count(&mut self, set: usize, is_alive: bool) {
        self.sets[set].uses += 1;
        self.sets[set].living += u64::from(is_alive);
    }

    pub(super) fn bounds(&self, set: usize) -> &[f64] {
        &self.sets[set].bounds
    }

    /// The set that most histograms of living processes have; of two, that with more buckets, or the lower ones. What
    /// dead ones left says nothing: how many those were is not known any more when they are compacted.
    pub(super) fn usual(&self) -> Option<usize> {
        let used = self.sets.iter().enumerate().filter(|(_, set)| set.uses > 0);
        let best = used.max_by(|(_, a), (_, b)| {
            let by_bounds = || b.bounds.partial_cmp(&a.bounds).unwrap_or(std::cmp::Ordering::Equal);
            a.living.cmp(&b.living).then(a.bounds.len().cmp(&b.bounds.len())).then_with(by_bounds)
        });
        best.map(|(at, _)| at)
    }

    /// Histograms with another set than the usual one.
    pub(super) fn unusual_uses(&self) -> u64 {
        let usual = self.usual();
        self.sets.iter().enumerate().filter(|(at, _)| Some(*at) != usual).map(|(_, set)| set.uses).sum()
    }
}

/// What processes with one set of bounds have observed in one series.
#[derive(Debug)]
pub(super) struct Histogram {
    pub(super) set: usize,
    /// Whether anything was added in this scrape.
    pub(super) is_seen: bool,
    pub(super) counts: Vec<u64>,
    pub(super) sum: f64,
    pub(super) native: Option<Native>,
    /// One a bucket.
    pub(super) exemplars: Vec<Option<Kept>>,
    pub(super) native_exemplars: Vec<Kept>,
}

impl Histogram {
    /// That of a set, which may be a new one.
    pub(super) fn of<'a>(all: &'a mut Vec<Self>, set: usize, bounds: &[f64]) -> &'a mut Self {
        let at = all.iter().position(|histogram| histogram.set == set).unwrap_or_else(|| {
            let counts = if bounds.is_empty() { 0 } else { bounds.len() + 1 };
            let (exemplars, native_exemplars) = (Vec::new(), Vec::new());
            let counts = vec![0; counts];
            all.push(Self { set, is_seen: false, counts, sum: 0.0, native: None, exemplars, native_exemplars });
            all.len() - 1
        });
        &mut all[at]
    }

    pub(super) fn clear(&mut self) {
        self.is_seen = false;
        self.counts.fill(0);
        self.sum = 0.0;
        self.native = None;
        self.exemplars.clear();
        self.native_exemplars.clear();
    }

    pub(super) fn add(&mut self, counts: &[u64], sum: f64, native: Option<&NativeBuckets>) {
        self.is_seen = true;
        for (all, new) in self.counts.iter_mut().zip(counts) {
            *all = all.saturating_add(*new);
        }
        self.sum += sum;
        if let Some(native) = native {
            self.native.get_or_insert_default().add(native);
        }
    }

    pub(super) fn see(&mut self, bounds: usize, slot: usize, new: Sighting<'_>) {
        let classic = if bounds == 0 { 0 } else { bounds + 1 };
        if slot < classic {
            if self.exemplars.is_empty() {
                self.exemplars.resize(classic, None);
            }
            Kept::replace(&mut self.exemplars[slot], new);
        } else if new.time > 0 {
            let kept = &mut self.native_exemplars;
            kept.push(Kept { value: new.value, time: new.time, labels: new.labels.into() });
            if kept.len() > NATIVE_EXEMPLARS {
                let oldest = (0..kept.len()).min_by_key(|at| kept[*at].time).expect("there are some");
                kept.swap_remove(oldest);
            }
        }
    }
}

/// What processes with one set of bounds hold now.
#[derive(Debug)]
pub(super) struct GaugeHistogram {
    pub(super) set: usize,
    pub(super) counts: Vec<i64>,
    pub(super) sum: f64,
}

impl GaugeHistogram {
    /// Whether that set is a new one.
    pub(super) fn add(all: &mut Vec<Self>, set: usize, counts: &[i64], sum: f64, is_per_process: bool) -> bool {
        let Some(before) = all.iter_mut().find(|histogram| histogram.set == set) else {
            all.push(Self { set, counts: counts.to_vec(), sum });
            return true;
        };
        if !is_per_process {
            for (all, new) in before.counts.iter_mut().zip(counts) {
                *all = all.saturating_add(*new);
            }
            before.sum += sum;
        }
        false
    }
}
