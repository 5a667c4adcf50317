//! The table's families, for a registry.

use super::family::Family;
use super::labels::with;
use super::owned::Owned;
use super::value::{Data, Kept, Value};
use super::{Conflict, Table};
use metrics_core::metric::{Cursor, Points};
use metrics_core::model::{Buckets, Desc, Kind, MetricFamily, Point, Timestamp, float_to_go_string};

/// The label by which histograms with other buckets than most processes have are kept apart.
const BUCKETS: &str = "buckets";
/// Series of one call of [`Table::emit`].
const BATCH: usize = 1_024;

impl Table {
    /// Ends a scrape: brings everything into order, and looks at what did not fit together.
    pub(in crate::multiprocess) fn end(&mut self) {
        let mut unusual = Vec::new();
        for family in self.families.iter_mut().filter(|family| family.seen == self.scrape) {
            family.sort();
            let uses = family.shared.sets.unusual_uses();
            if uses > 0 {
                unusual.push((family.name.clone(), uses));
            }
        }
        for (name, uses) in unusual {
            self.note(&name, Conflict::Buckets);
            if let Some(count) = self.conflicts.get_mut(&(name, Conflict::Buckets)) {
                *count = uses;
            }
        }
    }

    /// Families of this scrape, by number.
    pub(in crate::multiprocess) fn descs(&self) -> impl Iterator<Item = (usize, Desc)> {
        let seen = self.families.iter().enumerate().filter(|(_, family)| family.seen == self.scrape);
        seen.map(|(number, family)| {
            let mut desc = Desc::new(&*family.name, family.help.clone(), family.kind);
            // By these the registry finds those that it adds itself.
            desc.label_names = family.label_names.iter().map(|name| name.clone().into()).collect();
            desc.unit = (!family.unit.is_empty()).then(|| family.unit.clone().into());
            (number, desc)
        })
    }

    /// A family as one that owns its points.
    pub(in crate::multiprocess) fn owned(&self, number: usize, desc: &Desc) -> Option<MetricFamily> {
        let family = self.families.get(number)?;
        let mut owned = Owned::new(desc)?;
        for place in 0..family.len() {
            if let Some((labels, Some(value))) = family.at(place, self.scrape) {
                give(family, labels, value, &mut |labels, point| owned.push(labels, point));
            }
        }
        Some(owned.finish())
    }

    /// Gives points of a family in the order of their labels, as a [`Source`](metrics_core::registry::Source) does.
    pub(in crate::multiprocess) fn emit(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        let family = self.families.get(family)?;
        let mut place = usize::try_from(from.place()).ok()?;
        for _ in 0..BATCH {
            let (labels, value) = family.at(place, self.scrape)?;
            if let Some(value) = value {
                give(family, labels, value, &mut |labels, point| points.push(labels, point));
            }
            place += 1;
        }
        Some(Cursor::new(place as u64))
    }
}

fn give(family: &Family, labels: &str, value: &Value, point: &mut dyn FnMut(&str, Point<'_>)) {
    let created = (value.created > 0).then(|| Timestamp::from_nanos(value.created));
    match &value.data {
        Data::Number { value: None, .. } => {}
        Data::Number { value: Some(value), exemplar, .. } => {
            let exemplar = exemplar.as_ref().and_then(Kept::exemplar);
            let (value, exemplar) = (*value, exemplar.as_ref());
            let new = match family.kind {
                Kind::Counter => Point::Counter { value, exemplar, created },
                Kind::Unknown => Point::Unknown { value, exemplar },
                _ => Point::Gauge { value, exemplar },
            };
            point(labels, new);
        }
        Data::Histogram(sets) => {
            for histogram in sets.iter().filter(|histogram| histogram.is_seen) {
                let native = histogram.native.as_ref();
                let native = native.and_then(|all| all.histogram(histogram.sum, &histogram.native_exemplars));
                let exemplars: Vec<_> =
                    histogram.exemplars.iter().map(|kept| kept.as_ref().and_then(Kept::exemplar)).collect();
                let (counts, exemplars, native) = (&histogram.counts, &exemplars, native.as_ref());
                within(family, labels, histogram.set, |labels, bounds| {
                    let buckets = Buckets { bounds, counts, exemplars };
                    point(labels, Point::Histogram { buckets, sum: Some(histogram.sum), native, created });
                });
            }
        }
        Data::GaugeHistogram(sets) => {
            for histogram in sets {
                let counts: Vec<u64> = histogram.counts.iter().map(|count| (*count).max(0).cast_unsigned()).collect();
                within(family, labels, histogram.set, |labels, bounds| {
                    let buckets = Buckets { bounds, counts: &counts, exemplars: &[] };
                    point(labels, Point::GaugeHistogram { buckets, sum: Some(histogram.sum), native: None });
                });
            }
        }
        Data::Summary { count, sum } => {
            point(labels, Point::Summary { quantiles: &[], count: Some(*count), sum: Some(*sum), created });
        }
        Data::Info => point(labels, Point::Info),
        Data::States { active, .. } if active.is_empty() => {}
        Data::States { active, .. } => {
            for (at, state) in family.shared.states.iter().enumerate() {
                point(labels, Point::StateSet { state, active: active.contains(&at) });
            }
        }
    }
}

/// Calls `give` with the labels that a histogram of this set has, and its bounds.
fn within(family: &Family, labels: &str, set: usize, give: impl FnOnce(&str, &[f64])) {
    let sets = &family.shared.sets;
    let bounds = sets.bounds(set);
    if sets.usual() == Some(set) {
        return give(labels, bounds);
    }
    let mut text = bounds.iter().map(|bound| float_to_go_string(*bound)).collect::<Vec<_>>().join(",");
    if text.is_empty() {
        text.push_str("native");
    }
    give(&with(labels, BUCKETS, &text), bounds);
}
