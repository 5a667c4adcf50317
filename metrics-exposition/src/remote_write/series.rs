//! What is known of a series as long as it lives: its labels as they are sent, and which samples it has.

use super::labels::{LabelList, Refused, canonical};
use crate::escaping::family_name;
use metrics_core::model::{Buckets, Desc, Kind, Labels, Point, float_to_go_string};
use metrics_core::name::EscapingScheme;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::Arc;

/// What all series of a family have in common.
#[derive(Debug)]
pub(super) struct Meta {
    pub(super) kind: Kind,
    pub(super) help: Box<str>,
    pub(super) unit: Box<str>,
    /// Names of samples: of a counter with `_total`, of an info with `_info`, of others without suffix.
    pub(super) value: Box<str>,
    pub(super) bucket: Box<str>,
    pub(super) sum: Box<str>,
    pub(super) count: Box<str>,
}

impl Meta {
    fn new(family: &Desc, escaping: EscapingScheme) -> Self {
        let name = family_name(family, escaping);
        let [sum, count] = match family.kind {
            Kind::GaugeHistogram => ["_gsum", "_gcount"],
            _ => ["_sum", "_count"],
        };
        let with = |suffix: &str| format!("{name}{suffix}").into_boxed_str();
        Self {
            kind: family.kind,
            help: family.help.as_str().into(),
            unit: family.unit.as_deref().unwrap_or_default().into(),
            value: with(family.kind.value_suffix()),
            bucket: with("_bucket"),
            sum: with(sum),
            count: with(count),
        }
    }
}

/// A point's series: of a histogram, what its buckets, count and sum have in common.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) meta: Arc<Meta>,
    pub(super) labels: LabelList,
    /// By which it goes to its shard, the same one for ever.
    pub(super) hash: u64,
}

/// A number that is a label's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bound {
    number: f64,
    pub(super) text: Box<str>,
}

impl Bound {
    fn new(number: f64) -> Self {
        Self { number, text: float_to_go_string(number).into() }
    }
}

/// Which samples a point is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// The number under the name of the value.
    pub(super) value: bool,
    /// Values of the label `le`.
    pub(super) bounds: Vec<Bound>,
    /// Values of the label `quantile`.
    pub(super) quantiles: Vec<Bound>,
    pub(super) sum: bool,
    pub(super) count: bool,
    /// The native histogram under the name of the value.
    pub(super) native: bool,
}

impl Shape {
    pub(super) fn of(point: &Point<'_>) -> Self {
        let none = Self::default();
        match *point {
            Point::Histogram { buckets, sum, native, .. } | Point::GaugeHistogram { buckets, sum, native } => {
                let is_classic = !buckets.counts.is_empty();
                let bounds = bounds_of(buckets).map(Bound::new).collect();
                Self { bounds, sum: is_classic && sum.is_some(), count: is_classic, native: native.is_some(), ..none }
            }
            Point::Summary { quantiles, count, sum, .. } => {
                let quantiles = quantiles.iter().map(|(quantile, _)| Bound::new(*quantile)).collect();
                Self { quantiles, sum: sum.is_some(), count: count.is_some(), ..none }
            }
            _ => Self { value: true, ..none },
        }
    }

    /// What was here and is not there; `None`: nothing.
    fn without(&self, other: &Self) -> Option<Self> {
        let left = |all: &[Bound], others: &[Bound]| {
            all.iter().filter(|bound| !others.contains(bound)).cloned().collect::<Vec<_>>()
        };
        let rest = Self {
            value: self.value && !other.value,
            bounds: left(&self.bounds, &other.bounds),
            quantiles: left(&self.quantiles, &other.quantiles),
            sum: self.sum && !other.sum,
            count: self.count && !other.count,
            native: self.native && !other.native,
        };
        (rest != Self::default()).then_some(rest)
    }

    pub(super) fn samples(&self) -> u64 {
        let single = [self.value, self.sum, self.count, self.native].into_iter().filter(|is_there| *is_there).count();
        (single + self.bounds.len() + self.quantiles.len()) as u64
    }
}

/// All upper bounds, the last one too; none if there are no classic buckets.
fn bounds_of(buckets: Buckets<'_>) -> impl Iterator<Item = f64> {
    buckets.cumulative().map(|(bound, _, _)| bound)
}

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
    /// Of each exemplar that was collected last, by its place.
    pub(super) exemplars: Box<[u64]>,
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
        if !is_of_shape(&family.shape, point) {
            family.shape = Arc::new(Shape::of(point));
        }
        let Family { meta, entries, shape, .. } = &mut **family;
        let entry = entries.entry(hasher.finish()).or_insert_with(|| Entry {
            series: None,
            seen: table.collection,
            shape: Arc::clone(shape),
            last: i64::MIN,
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

/// Without a text for each bound.
fn is_of_shape(shape: &Shape, point: &Point<'_>) -> bool {
    let are = |bounds: &[Bound], numbers: &mut dyn Iterator<Item = f64>| {
        bounds.iter().all(|bound| numbers.next() == Some(bound.number)) && numbers.next().is_none()
    };
    match *point {
        Point::Histogram { buckets, sum, native, .. } | Point::GaugeHistogram { buckets, sum, native } => {
            let is_classic = !buckets.counts.is_empty();
            let Shape { sum: has_sum, count, native: has_native, .. } = *shape;
            (has_sum, count, has_native) == (is_classic && sum.is_some(), is_classic, native.is_some())
                && are(&shape.bounds, &mut bounds_of(buckets))
        }
        Point::Summary { quantiles, count, sum, .. } => {
            (shape.sum, shape.count) == (sum.is_some(), count.is_some())
                && are(&shape.quantiles, &mut quantiles.iter().map(|(quantile, _)| *quantile))
        }
        _ => shape.value,
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
