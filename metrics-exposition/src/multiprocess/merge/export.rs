//! What a table holds, for a file that keeps it.

use super::family::Family;
use super::native::NativeBuckets;
use super::value::{Data, Kept, Sighting, Value};
use super::{FamilyDef, Table};
use metrics_core::model::Number;

/// A series of a process, or of several.
#[derive(Debug)]
pub(in crate::multiprocess) struct ExportedSeries<'a> {
    pub(in crate::multiprocess) labels: &'a str,
    pub(in crate::multiprocess) created: u64,
    pub(in crate::multiprocess) value: Exported<'a>,
    /// By slot.
    pub(in crate::multiprocess) exemplars: Vec<(usize, Sighting<'a>)>,
}

/// Its value.
#[derive(Debug)]
pub(in crate::multiprocess) enum Exported<'a> {
    Number {
        value: Number,
        time: u64,
    },
    Histogram {
        bounds: &'a [f64],
        counts: &'a [u64],
        sum: f64,
        native: Option<&'a NativeBuckets>,
    },
    GaugeHistogram {
        bounds: &'a [f64],
        counts: &'a [i64],
        sum: f64,
    },
    Summary {
        count: u64,
        sum: f64,
    },
    /// One of the states that are the case.
    State {
        states: &'a [Box<str>],
        active: usize,
        time: u64,
    },
}

/// Series of dead processes that a family keeps in a mode with one for each process: those of the latest ones.
pub(in crate::multiprocess) const MOST_DEAD: usize = 1_000;

impl Table {
    /// One for what dead processes leave: families of one name are kept, whatever types they have.
    pub(in crate::multiprocess) fn of_the_dead() -> Self {
        Self { keeps_all_types: true, ..Self::default() }
    }

    /// Calls `see` with each series of the scrape, in order.
    pub(in crate::multiprocess) fn export(&self, see: &mut dyn FnMut(&FamilyDef<'_>, &ExportedSeries<'_>)) {
        for family in self.families.iter().filter(|family| family.seen == self.scrape && !family.mode.is_live()) {
            let Family { name, help, unit, kind, mode, .. } = family;
            let def = FamilyDef { name, help, unit, kind: *kind, mode: *mode };
            let since = if mode.is_per_process() { self.oldest_kept(family) } else { 0 };
            for place in 0..family.len() {
                if let Some((labels, Some(value))) = family.at(place, self.scrape)
                    && value.created >= since
                {
                    export(family, labels, value, &mut |series| see(&def, &series));
                }
            }
        }
    }

    fn oldest_kept(&self, family: &Family) -> u64 {
        let values = (0..family.len()).filter_map(|place| family.at(place, self.scrape)?.1);
        let mut all: Vec<_> = values.map(|value| value.created).collect();
        if all.len() <= MOST_DEAD {
            return 0;
        }
        all.sort_unstable();
        // Those that began in the same nanosecond go together.
        all[all.len() - MOST_DEAD]
    }
}

fn export<'a>(family: &'a Family, labels: &'a str, value: &'a Value, see: &mut dyn FnMut(ExportedSeries<'a>)) {
    let created = value.created;
    let mut give = |value, exemplars| see(ExportedSeries { labels, created, value, exemplars });
    match &value.data {
        Data::Number { value: None, .. } | Data::Info => {}
        Data::Number { value: Some(value), time, exemplar } => {
            let exemplars = exemplar.iter().map(|kept| (0, kept.sighting())).collect();
            give(Exported::Number { value: *value, time: *time }, exemplars);
        }
        Data::Histogram(sets) => {
            for histogram in sets.iter().filter(|histogram| histogram.is_seen) {
                let classic = histogram.exemplars.iter().enumerate();
                let classic = classic.filter_map(|(slot, kept)| kept.as_ref().map(|kept| (slot, kept.sighting())));
                let native = histogram.native_exemplars.iter().map(Kept::sighting);
                let native = native.enumerate().map(|(at, kept)| (histogram.counts.len() + at, kept));
                let exported = Exported::Histogram {
                    bounds: family.shared.sets.bounds(histogram.set),
                    counts: &histogram.counts,
                    sum: histogram.sum,
                    native: histogram.native.as_ref().and_then(|native| native.buckets()),
                };
                give(exported, classic.chain(native).collect());
            }
        }
        Data::GaugeHistogram(sets) => {
            for histogram in sets {
                let bounds = family.shared.sets.bounds(histogram.set);
                let (counts, sum) = (&*histogram.counts, histogram.sum);
                give(Exported::GaugeHistogram { bounds, counts, sum }, Vec::new());
            }
        }
        Data::Summary { count, sum } => give(Exported::Summary { count: *count, sum: *sum }, Vec::new()),
        Data::States { active, time } => {
            for active in active {
                let states = &family.shared.states;
                give(Exported::State { states, active: *active, time: *time }, Vec::new());
            }
        }
    }
}

impl Kept {
    fn sighting(&self) -> Sighting<'_> {
        Sighting { value: self.value, time: self.time, labels: &self.labels }
    }
}
