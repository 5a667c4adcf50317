//! A few exemplars, far from one another.
//!
//! Buckets come and go, so that none can have one of its own. A reader assigns them by their values
//! ([specification][spec]); the more these differ, the more it learns.
//!
//! [spec]: https://prometheus.io/docs/specs/native_histograms/#exemplars

use crate::metric::journal::{Key, journal};
use crate::model::{Exemplar, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Exemplars that one histogram keeps.
const MOST: usize = 10;
/// From this age on an exemplar is the first to go: nobody may find its trace any more.
const OLD: Duration = Duration::from_secs(300);

/// Of one life of a histogram.
#[derive(Default)]
pub(super) struct Exemplars(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    life: u64,
    /// By value.
    all: Vec<Exemplar>,
}

impl Exemplars {
    /// Keeps one of life number `life`, and if these are too many, lets an old one go, or else the earlier of the two that
    /// lie closest. If that one is younger than `retain`, the new one is not kept.
    ///
    /// Other processes are told of all, if they know the histogram by this key: by value, each may have another slot now.
    pub(super) fn put(&self, life: u64, exemplar: Exemplar, retain: Duration, place: Option<(Key, u32)>) {
        if exemplar.value().is_nan() {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.life > life {
            return;
        }
        if kept.life < life {
            *kept = Kept { life, all: Vec::new() };
        }
        let now = nanos(&exemplar);
        let at = kept.all.partition_point(|other| other.value().total_cmp(&exemplar.value()).is_le());
        kept.all.insert(at, exemplar);
        if kept.all.len() > MOST {
            let goes = superfluous(&kept.all, now);
            let is_young = now - nanos(&kept.all[goes]) < retain.as_nanos().cast_signed();
            kept.all.remove(if is_young { at } else { goes });
        }
        place.into_iter().for_each(|place| kept.tell(place));
    }

    /// Tells other processes of those of life number `life`.
    pub(super) fn announce(&self, life: u64, place: (Key, u32)) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.life == life {
            kept.tell(place);
        }
    }

    /// Those of life number `life`, by value.
    pub(super) fn read(&self, life: u64) -> Vec<Exemplar> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.life == life { kept.all.clone() } else { Vec::new() }
    }
}

impl Kept {
    fn tell(&self, (key, first): (Key, u32)) {
        if let Some(journal) = journal() {
            (first..).zip(&self.all).for_each(|(slot, exemplar)| journal.exemplar(key, slot, Some(exemplar)));
        }
    }
}

/// Which of these, sorted by value, can be done without.
fn superfluous(all: &[Exemplar], now: i128) -> usize {
    let by_age = |a: &usize, b: &usize| nanos(&all[*a]).cmp(&nanos(&all[*b]));
    let oldest = (0..all.len()).min_by(by_age).unwrap_or(0);
    if now - nanos(&all[oldest]) >= OLD.as_nanos().cast_signed() {
        return oldest;
    }
    let distance = |at: &usize| place(&all[*at]) - place(&all[at - 1]);
    let closest = (1..all.len()).min_by_key(distance).unwrap_or(0);
    [closest - 1, closest].into_iter().min_by(by_age).unwrap_or(closest)
}

fn nanos(exemplar: &Exemplar) -> i128 {
    exemplar.timestamp().map_or(0, Timestamp::as_nanos)
}

/// Where it lies on a scale that is logarithmic on both sides of zero: the bits of a double are such a scale, to within
/// a tenth.
fn place(exemplar: &Exemplar) -> i128 {
    let bits = exemplar.value().to_bits();
    let size = i128::from(bits & !(1 << 63));
    if exemplar.value().is_sign_negative() { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64, value: f64) -> Exemplar {
        let none: [(&str, &str); 0] = [];
        Exemplar::new(none, value).unwrap().at(Timestamp::from_nanos(second * 1_000_000_000))
    }

    fn values(exemplars: &Exemplars, life: u64) -> Vec<f64> {
        exemplars.read(life).iter().map(Exemplar::value).collect()
    }

    fn filled() -> Exemplars {
        let exemplars = Exemplars::default();
        for (second, exponent) in (1..).zip(0..i32::try_from(MOST).unwrap()) {
            exemplars.put(0, at(second, 10f64.powi(exponent)), Duration::ZERO, None);
        }
        exemplars
    }

    #[test]
    fn of_too_many_the_earlier_of_the_closest_two_goes() {
        let exemplars = filled();
        exemplars.put(0, at(20, 110.0), Duration::ZERO, None);
        assert_eq!(values(&exemplars, 0)[..4], [1.0, 10.0, 110.0, 1e3], "100 was closest");
        exemplars.put(0, at(21, -5.0), Duration::ZERO, None);
        assert_eq!(values(&exemplars, 0)[..5], [-5.0, 1.0, 10.0, 110.0, 1e4], "1,000 was closest to a later one");
        exemplars.put(0, at(22, f64::NAN), Duration::ZERO, None);
        assert_eq!(values(&exemplars, 0).len(), MOST);
    }

    #[test]
    fn what_is_old_goes_first() {
        let exemplars = filled();
        exemplars.put(0, at(301, 2e4), Duration::ZERO, None);
        assert_eq!(values(&exemplars, 0)[..5], [10.0, 100.0, 1e3, 1e4, 2e4]);
    }

    #[test]
    fn what_is_to_be_retained_is() {
        let exemplars = filled();
        exemplars.put(0, at(11, 110.0), Duration::from_secs(60), None);
        assert_eq!(values(&exemplars, 0)[..4], [1.0, 10.0, 100.0, 1e3]);
    }

    #[test]
    fn a_life_begins_without_any() {
        let exemplars = filled();
        assert!(values(&exemplars, 1).is_empty());
        exemplars.put(1, at(20, 7.0), Duration::ZERO, None);
        exemplars.put(0, at(21, 8.0), Duration::ZERO, None);
        assert_eq!(values(&exemplars, 1), [7.0]);
    }
}
