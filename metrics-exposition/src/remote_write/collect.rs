//! Reads a registry into items.

use super::batch::{Histogram, Item, NATIVE, Placed, Summary, Value};
use super::table::{Ended, Entry, Table};
use crate::push::collect_whole;
use metrics_core::Registry;
use metrics_core::model::{Buckets, Desc, Exemplar, FamilySink, Labels, NativeHistogram, Point, Timestamp};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What a registry was at one time.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) items: Vec<Item>,
    /// Samples of series that cannot be sent.
    pub(super) refused: u64,
}

/// Which forms of a histogram are sent, if it has both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forms {
    pub(super) classic: bool,
    pub(super) native: bool,
}

impl Forms {
    /// The point without a form that is not wanted.
    fn of<'a>(self, point: &Point<'a>) -> Point<'a> {
        let mut point = *point;
        if let Point::Histogram { buckets, native, .. } | Point::GaugeHistogram { buckets, native, .. } = &mut point {
            let has_both = !buckets.counts.is_empty() && native.is_some();
            if has_both && !self.native {
                *native = None;
            } else if has_both && !self.classic {
                *buckets = Buckets::default();
            }
        }
        point
    }
}

/// `now` is in milliseconds, and later than at the collection before.
pub(super) fn collect(registry: &Registry, table: &mut Table, forms: Forms, now: i64) -> Collected {
    table.begin_collection();
    let mut sink =
        Sink { table, forms, now, family: None, begin: (0, 0), items: Vec::new(), refused: 0, ended: Vec::new() };
    collect_whole(registry, &mut sink);
    let Sink { mut items, refused, mut ended, .. } = sink;
    table.end_collection(&mut ended);
    items.extend(ended.into_iter().map(|ended| stale(ended, now)));
    Collected { items, refused }
}

/// The end of all series.
pub(super) fn end_all(table: &mut Table, now: i64) -> Vec<Item> {
    let mut ended = Vec::new();
    table.end_all(&mut ended);
    ended.into_iter().map(|ended| stale(ended, now)).collect()
}

fn stale((series, shape, last): Ended, now: i64) -> Item {
    // Two samples of one time are one too many.
    Item { series, time: now.max(last.saturating_add(1)), start: 0, value: Value::Stale(shape) }
}

struct Sink<'a> {
    table: &'a mut Table,
    forms: Forms,
    now: i64,
    family: Option<Desc>,
    /// Items and refused samples before the family.
    begin: (usize, u64),
    items: Vec<Item>,
    refused: u64,
    ended: Vec<Ended>,
}

impl FamilySink for Sink<'_> {
    fn begin(&mut self, family: &Desc) {
        self.begin = (self.items.len(), self.refused);
        self.table.begin_family(family, &mut self.ended);
        self.family = Some(family.clone());
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let point = &self.forms.of(point);
        let Some(mut family) = self.family.as_ref().and_then(|desc| self.table.family(&desc.name)) else { return };
        let (entry, lost) = family.entry(labels, point);
        self.ended.extend(lost);
        let Some(series) = entry.series.clone() else {
            self.refused += entry.shape.samples();
            return;
        };
        let time = timestamp.map_or(self.now, Timestamp::as_millis);
        if timestamp.is_some() && entry.last == time {
            // Nothing new since it was collected last.
            return;
        }
        let before = std::mem::replace(&mut entry.last, time);
        let (value, created) = value(entry, point);
        entry.begin(created.map_or(0, Timestamp::as_millis), before);
        self.items.push(Item { series, time, start: entry.start, value });
    }

    fn abandon(&mut self) {
        self.items.truncate(self.begin.0);
        self.refused = self.begin.1;
        if let Some(family) = self.family.take() {
            self.table.abandon(&family.name);
        }
    }
}

fn value(entry: &mut Entry, point: &Point<'_>) -> (Value, Option<Timestamp>) {
    match *point {
        Point::Counter { value, exemplar, created } => {
            let value = value.as_f64();
            let exemplar = exemplar.filter(|exemplar| is_new(entry, 0, exemplar));
            let value = match exemplar {
                Some(exemplar) => Value::Traced(Box::new((value, (0, exemplar.clone())))),
                None => Value::Number(value),
            };
            (value, created)
        }
        Point::Histogram { buckets, sum, native, created } => (histogram(entry, buckets, sum, native), created),
        Point::GaugeHistogram { buckets, sum, native } => (histogram(entry, buckets, sum, native), None),
        Point::Summary { quantiles, count, sum, created } => {
            let summary = Summary {
                shape: Arc::clone(&entry.shape),
                quantiles: quantiles.iter().map(|(_, value)| *value).collect(),
                count: count.unwrap_or_default(),
                sum: sum.unwrap_or_default(),
            };
            (Value::Summary(Box::new(summary)), created)
        }
        Point::Gauge { value, .. } | Point::Unknown { value, .. } => (Value::Number(value.as_f64()), None),
        Point::Info => (Value::Number(1.0), None),
        Point::StateSet { active, .. } => (Value::Number(u8::from(active).into()), None),
        // A type that is newer than this has no value.
        _ => (Value::Number(f64::NAN), None),
    }
}

fn histogram(entry: &mut Entry, buckets: Buckets<'_>, sum: Option<f64>, native: Option<&NativeHistogram>) -> Value {
    let mut exemplars: Vec<Placed> = Vec::new();
    for (place, exemplar) in buckets.exemplars.iter().enumerate() {
        let new = exemplar.as_ref().filter(|exemplar| is_new(entry, place + 1, exemplar));
        exemplars.extend(new.map(|exemplar| (place, exemplar.clone())));
    }
    if let Some(native) = native.filter(|native| !native.exemplars().is_empty()) {
        // Servers want them in their order, and none that is older than the last one.
        let mut all: Vec<_> = native.exemplars().iter().collect();
        all.sort_by_key(|exemplar| exemplar.timestamp());
        let last = known(entry, 0);
        for exemplar in all {
            let time = exemplar.timestamp().map_or(0, Timestamp::as_millis).max(1).cast_unsigned();
            if time > *last {
                *last = time;
                exemplars.push((NATIVE, exemplar.clone()));
            }
        }
    }
    Value::Histogram(Box::new(Histogram {
        shape: Arc::clone(&entry.shape),
        counts: buckets.cumulative().map(|(_, count, _)| count).collect(),
        sum: sum.unwrap_or_default(),
        native: native.map(without_exemplars),
        exemplars,
    }))
}

/// They are kept beside it.
fn without_exemplars(native: &NativeHistogram) -> NativeHistogram {
    native.clone().with_exemplars(Vec::new()).unwrap_or_else(|_| native.clone())
}

/// Whether it is another one than at the collection before: servers keep each that they get.
fn is_new(entry: &mut Entry, place: usize, exemplar: &Exemplar) -> bool {
    let mut hasher = DefaultHasher::new();
    (exemplar.labels().own, exemplar.value().to_bits(), exemplar.timestamp()).hash(&mut hasher);
    let hash = hasher.finish();
    std::mem::replace(known(entry, place), hash) != hash
}

/// Of a native histogram the time of its last one, at 0; of others a hash, of a bucket at its number and 1.
fn known(entry: &mut Entry, place: usize) -> &mut u64 {
    if entry.exemplars.len() <= place {
        let mut all = std::mem::take(&mut entry.exemplars).into_vec();
        all.resize(place + 1, 0);
        entry.exemplars = all.into();
    }
    &mut entry.exemplars[place]
}
