//! The series that there are, by which is known which ones have ended.

use super::labels::{Refused, canonical};
use super::series::{Meta, Series, Shape};
use metrics_core::model::{Desc, Kind, Labels, Point};
use metrics_core::name::EscapingScheme;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::Arc;

/// A series in the [`Table`].
#[derive(Debug)]
pub(super) struct Entry {
    /// `None`: it cannot be sent, because of its labels or of another series that has them.
    pub(super) series: Option<Arc<Series>>,
    /// The number of the collection that saw it last.
    seen: u32,
    pub(super) shape: Arc<Shape>,
    /// The time of the sample that was collected last, in milliseconds.
    pub(super) last: i64,
    /// When what it counts was created, and the start that is told of that; 0: none.
    pub(super) created: i64,
    pub(super) start: i64,
    /// Of each exemplar that was collected last, by its place.
    pub(super) exemplars: Box<[u64]>,
}

impl Entry {
    /// The start of what it counts, which was created then; `before`: the time of the sample before this one.
    ///
    /// Servers make a sample of zero of it, so it must lie before the first sample of what was created then, and behind the
    /// last one of what was before: a start in the millisecond of a sample has Prometheus 3.5 with
    /// `created-timestamp-zero-ingestion` end with "unlock of unlocked mutex", if the series is a native histogram.
    pub(super) fn begin(&mut self, created: i64, before: i64) {
        if self.created != created {
            let start = created.min(self.last.saturating_sub(1));
            self.start = if created <= self.last && start > before { start.max(0) } else { 0 };
            self.created = created;
        }
    }
}

/// A family in the [`Table`].
#[derive(Debug)]
struct Family {
    meta: Arc<Meta>,
    /// By a hash of their labels.
    entries: HashMap<u64, Entry, BuildHasherDefault<Same>>,
    /// The shape that was seen last: all series of a family have the same one as a rule.
    shape: Arc<Shape>,
    /// The number of the collection in which it failed.
    abandoned: Option<u32>,
}

/// All series that were seen by the collection before, or by this one.
///
/// Series are known by hashes of 64 bits, with keys that nobody knows: of a million series, two are taken for one with a
/// probability of 1 to 37 million.
#[derive(Debug)]
pub(super) struct Table {
    families: HashMap<String, Family>,
    hasher: RandomState,
    /// Of what is sent, to see whether two series became one.
    taken: HashSet<u64, BuildHasherDefault<Same>>,
    escaping: EscapingScheme,
    external: Vec<(String, String)>,
    collection: u32,
}

/// A place in the table, of the family that was begun last.
pub(super) struct Current<'a> {
    family: &'a mut Family,
    table: Parts<'a>,
}

struct Parts<'a> {
    hasher: &'a RandomState,
    taken: &'a mut HashSet<u64, BuildHasherDefault<Same>>,
    escaping: EscapingScheme,
    external: &'a [(String, String)],
    collection: u32,
}

/// A series that is no more, or a part of it.
pub(super) type Ended = (Arc<Series>, Arc<Shape>, i64);

impl Table {
    pub(super) fn new(escaping: EscapingScheme, external: Vec<(String, String)>) -> Self {
        let (families, taken) = (HashMap::new(), HashSet::default());
        Self { families, hasher: RandomState::new(), taken, escaping, external, collection: 0 }
    }

    pub(super) fn escaping(&self) -> EscapingScheme {
        self.escaping
    }

    pub(super) fn external(&self) -> &[(String, String)] {
        &self.external
    }

    /// What is seen from here on is seen by the next collection.
    pub(super) fn begin_collection(&mut self) {
        self.collection = self.collection.wrapping_add(1);
    }

    /// Takes a family of another type for another family: what it had has ended.
    pub(super) fn begin_family(&mut self, desc: &Desc, ended: &mut Vec<Ended>) {
        if let Some(family) = self.families.get_mut(&desc.name) {
            if family.meta.kind == desc.kind {
                return;
            }
            end(family.entries.drain(), &mut self.taken, ended);
        }
        let family = Family {
            meta: Arc::new(Meta::new(desc, self.escaping)),
            entries: HashMap::default(),
            shape: Arc::default(),
            abandoned: None,
        };
        self.families.insert(desc.name.clone(), family);
    }

    pub(super) fn family(&mut self, name: &str) -> Option<Current<'_>> {
        let Self { families, hasher, taken, escaping, external, collection } = self;
        let family = families.get_mut(name)?;
        let table = Parts { hasher, taken, escaping: *escaping, external, collection: *collection };
        Some(Current { family, table })
    }

    /// The family has failed: of this collection it has no series.
    pub(super) fn abandon(&mut self, name: &str) {
        if let Some(family) = self.families.get_mut(name) {
            family.abandoned = Some(self.collection);
        }
    }

    /// Forgets what this collection has not seen.
    pub(super) fn end_collection(&mut self, ended: &mut Vec<Ended>) {
        let Self { families, taken, collection, .. } = self;
        families.retain(|_, family| {
            let is_gone = family.abandoned == Some(*collection);
            end(family.entries.extract_if(|_, entry| is_gone || entry.seen != *collection), taken, ended);
            !family.entries.is_empty()
        });
    }

    /// Forgets everything.
    pub(super) fn end_all(&mut self, ended: &mut Vec<Ended>) {
        for (_, mut family) in self.families.drain() {
            end(family.entries.drain(), &mut self.taken, ended);
        }
    }
}

fn end(
    entries: impl Iterator<Item = (u64, Entry)>,
    taken: &mut HashSet<u64, BuildHasherDefault<Same>>,
    ended: &mut Vec<Ended>,
) {
    for (_, entry) in entries {
        if let Some(series) = entry.series {
            taken.remove(&series.hash);
            ended.push((series, entry.shape, entry.last));
        }
    }
}

impl Current<'_> {
    /// The series with these labels, and what it had before and has no more.
    pub(super) fn entry(&mut self, labels: Labels<'_>, point: &Point<'_>) -> (&mut Entry, Option<Ended>) {
        let Self { family, table } = self;
        let mut hasher = table.hasher.build_hasher();
        hasher.write(labels.scope.as_bytes());
        hasher.write_u8(0xff);
        hasher.write(labels.own.as_bytes());
        if let Point::StateSet { state, .. } = point {
            hasher.write_u8(0xff);
            hasher.write(state.as_bytes());
        }
        if !family.shape.is_of(point) {
            family.shape = Arc::new(Shape::of(point));
        }
        let Family { meta, entries, shape, .. } = &mut **family;
        let entry = entries.entry(hasher.finish()).or_insert_with(|| Entry {
            series: None,
            seen: table.collection,
            shape: Arc::clone(shape),
            last: i64::MIN,
            created: 0,
            start: 0,
            exemplars: Box::default(),
        });
        entry.seen = table.collection;
        if entry.series.is_none() {
            // Its twin may be gone.
            entry.series = new_series(table, meta, labels, point).map(Arc::new).ok();
        }
        let mut lost = None;
        if !Arc::ptr_eq(&entry.shape, shape) {
            let before = std::mem::replace(&mut entry.shape, Arc::clone(shape));
            let rest = before.without(shape).map(Arc::new);
            lost = entry.series.clone().zip(rest).map(|(series, rest)| (series, rest, entry.last));
        }
        (entry, lost)
    }
}

fn new_series(
    table: &mut Parts<'_>,
    meta: &Arc<Meta>,
    labels: Labels<'_>,
    point: &Point<'_>,
) -> Result<Series, Refused> {
    let state = match point {
        Point::StateSet { state, .. } => Some((&*meta.value, *state)),
        _ => None,
    };
    let own = match meta.kind {
        Kind::Histogram | Kind::GaugeHistogram => "le",
        Kind::Summary => "quantile",
        _ => "",
    };
    let labels = canonical(labels, state, table.external, own, table.escaping)?;
    let mut hasher = table.hasher.build_hasher();
    hasher.write(meta.value.as_bytes());
    hasher.write_u8(0xff);
    hasher.write(labels.as_bytes());
    let hash = hasher.finish();
    if table.taken.insert(hash) { Ok(Series { meta: Arc::clone(meta), labels, hash }) } else { Err(Refused) }
}

/// What is hashed is a hash.
#[derive(Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_in_the_millisecond_of_no_sample() {
        let shape = Arc::new(Shape::of(&Point::Info));
        let (series, exemplars) = (None, Box::default());
        let mut entry = Entry { series, seen: 0, shape, last: i64::MIN, created: 0, start: 0, exemplars };
        // The time of each sample, when what it counts was created, and the start.
        for (time, created, start) in [
            (10, 10, 9),
            (20, 10, 9),
            (30, 25, 25),
            // Created anew in the millisecond of the last sample: nothing lies between.
            (40, 30, 0),
            (50, 50, 49),
            // No room for it.
            (51, 51, 0),
            // Clocks that were set back.
            (60, 70, 0),
            (61, 5, 0),
            (62, 0, 0),
        ] {
            let before = std::mem::replace(&mut entry.last, time);
            entry.begin(created, before);
            assert_eq!(entry.start, start, "{time} {created}");
        }
    }
}
