//! What is known of one series in one scrape.

use super::family::Shared;
use super::fold::fold;
use super::histogram::{GaugeHistogram, Histogram};
use super::native::NativeBuckets;
use metrics_core::model::{Exemplar, Kind, Labels, Number, Timestamp};

/// An exemplar as it lies in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::multiprocess) struct Sighting<'a> {
    pub(in crate::multiprocess) value: f64,
    /// Nanoseconds since 1970.
    pub(in crate::multiprocess) time: u64,
    /// Rendered.
    pub(in crate::multiprocess) labels: &'a str,
}

/// The same, kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) value: f64,
    pub(super) time: u64,
    pub(super) labels: Box<str>,
}

#[derive(Debug)]
pub(super) struct Value {
    /// The earliest that is known; 0: none.
    pub(super) created: u64,
    pub(super) data: Data,
}

#[derive(Debug)]
pub(super) enum Data {
    /// Of a counter, a gauge, or what is unknown.
    Number {
        value: Option<Number>,
        time: u64,
        exemplar: Option<Kept>,
    },
    /// For each set of buckets that some process has.
    Histogram(Vec<Histogram>),
    GaugeHistogram(Vec<GaugeHistogram>),
    Summary {
        count: u64,
        sum: f64,
    },
    Info,
    /// Indices of the active ones among those of the family.
    States {
        active: Vec<usize>,
        time: u64,
    },
}

impl Kept {
    /// `None` if its labels cannot be those of an exemplar.
    pub(super) fn exemplar(&self) -> Option<Exemplar> {
        let labels = Labels { scope: "", own: &self.labels };
        let exemplar = Exemplar::new(labels.pairs(), self.value).ok()?;
        Some(if self.time == 0 { exemplar } else { exemplar.at(Timestamp::from_nanos(self.time)) })
    }

    /// Puts a newer one in the place of one before.
    pub(super) fn replace(place: &mut Option<Self>, new: Sighting<'_>) {
        if place.as_ref().is_none_or(|kept| kept.time < new.time) {
            *place = Some(Self { value: new.value, time: new.time, labels: new.labels.into() });
        }
    }
}

impl Value {
    pub(super) fn new(kind: Kind) -> Self {
        let data = match kind {
            Kind::Histogram => Data::Histogram(Vec::new()),
            Kind::GaugeHistogram => Data::GaugeHistogram(Vec::new()),
            Kind::Summary => Data::Summary { count: 0, sum: 0.0 },
            Kind::Info => Data::Info,
            Kind::StateSet => Data::States { active: Vec::new(), time: 0 },
            _ => Data::Number { value: None, time: 0, exemplar: None },
        };
        Self { created: 0, data }
    }

    /// Nothing, with the memory that it had.
    pub(super) fn clear(&mut self) {
        self.created = 0;
        match &mut self.data {
            Data::Number { value, time, exemplar } => (*value, *time, *exemplar) = (None, 0, None),
            Data::Histogram(sets) => sets.iter_mut().for_each(Histogram::clear),
            Data::GaugeHistogram(sets) => sets.clear(),
            Data::Summary { count, sum } => (*count, *sum) = (0, 0.0),
            Data::Info => {}
            Data::States { active, time } => {
                active.clear();
                *time = 0;
            }
        }
    }

    pub(super) fn add(&mut self, family: &Shared, new: Number, new_time: u64) -> bool {
        let Data::Number { value, time, .. } = &mut self.data else { return false };
        // Nothing that can stand on a page: a file that is not ours.
        if family.kind == Kind::Counter && !is_count(new) {
            return false;
        }
        let is_first = value.is_none();
        let takes_new = match family.mode {
            mode if mode.is_most_recent() => new_time > *time,
            mode => is_first || !mode.is_per_process(),
        };
        if takes_new {
            *value = Some(match *value {
                Some(before) if !family.mode.is_most_recent() => fold(family.mode, before, new),
                _ => new,
            });
            *time = new_time;
        }
        takes_new
    }

    pub(super) fn add_histogram(
        &mut self,
        family: &mut Shared,
        bounds: &[f64],
        counts: &[u64],
        sum: f64,
        native: Option<&NativeBuckets>,
    ) {
        let Data::Histogram(sets) = &mut self.data else { return };
        let Some(set) = family.sets.find(bounds) else { return };
        family.sets.count(set, family.is_alive);
        Histogram::of(sets, set, bounds).add(counts, sum, native);
    }

    pub(super) fn add_gauge_buckets(&mut self, family: &mut Shared, bounds: &[f64], counts: &[i64], sum: f64) {
        let Data::GaugeHistogram(sets) = &mut self.data else { return };
        let Some(set) = family.sets.find(bounds) else { return };
        let is_new = GaugeHistogram::add(sets, set, counts, sum, family.mode.is_per_process());
        if is_new {
            family.sets.count(set, family.is_alive);
        }
    }

    pub(super) fn add_summary(&mut self, new_count: u64, new_sum: f64) {
        let Data::Summary { count, sum } = &mut self.data else { return };
        *count = count.saturating_add(new_count);
        *sum += new_sum;
    }

    pub(super) fn add_state<'a>(
        &mut self,
        family: &mut Shared,
        states: impl Iterator<Item = &'a str>,
        new: usize,
        new_time: u64,
    ) -> bool {
        use crate::multiprocess::record::Mode;
        let Data::States { active, time } = &mut self.data else { return false };
        // The place of the process's state among those that the family has by now.
        let mut here = None;
        for (at, state) in states.enumerate() {
            let known = family.states.iter().position(|known| **known == *state);
            let place = known.unwrap_or_else(|| {
                family.states.push(state.into());
                family.states.len() - 1
            });
            if at == new {
                here = Some(place);
            }
        }
        let Some(new) = here else { return false };
        let takes_new = match (active.first(), family.mode) {
            (_, Mode::MostRecent | Mode::LiveMostRecent) => new_time > *time,
            (None, _) => true,
            (Some(before), Mode::Min | Mode::LiveMin) => new < *before,
            (Some(before), Mode::Max | Mode::LiveMax) => new > *before,
            (_, Mode::Sum | Mode::LiveSum) => {
                if !active.contains(&new) {
                    active.push(new);
                }
                false
            }
            _ => false,
        };
        if takes_new {
            active.clear();
            active.push(new);
            *time = new_time;
        }
        takes_new
    }

    pub(super) fn see_created(&mut self, created: u64) {
        if created > 0 && (self.created == 0 || created < self.created) {
            self.created = created;
        }
    }

    pub(super) fn add_exemplar(&mut self, family: &mut Shared, bounds: &[f64], slot: usize, new: Sighting<'_>) {
        match &mut self.data {
            Data::Number { exemplar, .. } => Kept::replace(exemplar, new),
            Data::Histogram(sets) => {
                if let Some(set) = family.sets.find(bounds) {
                    Histogram::of(sets, set, bounds).see(bounds.len(), slot, new);
                }
            }
            _ => {}
        }
    }
}

fn is_count(number: Number) -> bool {
    match number {
        Number::U64(_) => true,
        Number::I64(v) => v >= 0,
        Number::F64(v) => v >= 0.0,
    }
}
