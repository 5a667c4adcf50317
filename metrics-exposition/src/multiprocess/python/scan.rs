//! Reads files into a table.

use super::entries::{Entry, Fault, Reader};
use super::key::{self, Part};
use super::keys::Keys;
use super::name::Role;
use super::points::{Histograms, Value};
use crate::multiprocess::merge::{FamilyDef, FamilyId, SeriesId, Table};
use metrics_core::model::{Labels, Number};
use std::collections::HashMap;
use std::io::Read;

/// Reads files, and knows what the keys in them mean. Its memory is that of the different keys, however many files have
/// them.
#[derive(Debug, Default)]
pub(in crate::multiprocess) struct Scan {
    /// Of the table of which series are known.
    generation: u64,
    /// Number of the scrape.
    scrape: u32,
    reader: Reader,
    roles: HashMap<Role, Known>,
    histograms: Histograms,
    /// Of a file of histograms.
    values: Vec<(u32, Value)>,
}

/// What files of one role hold.
#[derive(Debug, Default)]
struct Known {
    keys: Keys<Option<Meaning>>,
    families: Vec<Family>,
    series: Vec<Series>,
    by_name: HashMap<Box<str>, u32>,
    by_labels: HashMap<(u32, Box<str>), u32>,
}

/// What a key means.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    series: u32,
    part: Part,
}

#[derive(Debug)]
struct Family {
    name: Box<str>,
    help: Box<str>,
    /// The scrape that it was last looked up for, and what was found.
    seen: u32,
    id: Option<FamilyId>,
}

#[derive(Debug)]
struct Series {
    family: u32,
    /// Rendered.
    labels: Box<str>,
    /// Unless each process has one of its own.
    id: Option<SeriesId>,
}

impl Scan {
    /// Begins a scrape, behind the table's own [`begin`](Table::begin).
    pub(in crate::multiprocess) fn begin(&mut self, table: &Table) {
        let is_stale = self.scrape > u32::MAX - 2 || self.roles.values().any(|known| known.keys.is_stale());
        if self.generation != table.generation() || is_stale {
            *self = Self { generation: table.generation(), ..Self::default() };
        }
        self.scrape += 1;
        self.roles.values_mut().for_each(|known| known.keys.begin());
    }

    /// Adds all that is in a file, or in front of what is wrong with it.
    pub(in crate::multiprocess) fn read(
        &mut self,
        table: &mut Table,
        (role, identifier): (Role, &str),
        file: impl Read,
    ) -> Result<(), Fault> {
        let Self { scrape, reader, roles, histograms, values, .. } = self;
        let known = roles.entry(role).or_default();
        let mut is_misread = false;
        let end = reader.read(file, |Entry { key, value, time }| {
            let Some(Meaning { series, part }) = known.find(role, key) else {
                is_misread = true;
                return;
            };
            if let (Role::Histogram, part) = (role, part) {
                histograms.expect(series);
                let bucket =
                    if let Part::Bucket(bound) = part { Value::Bucket(bound, value) } else { Value::Sum(value) };
                values.push((series, bucket));
                return;
            }
            // Less than nothing was never counted.
            let is_count = matches!((role, part), (Role::Counter, _) | (_, Part::Count));
            if is_count && (value.is_nan() || value < 0.0) {
                is_misread = true;
            } else if let Some(id) = known.series(table, *scrape, (role, identifier), series) {
                match part {
                    Part::Count => table.add_summary(id, count(value), 0.0),
                    Part::Sum => table.add_summary(id, 0, value),
                    _ => {
                        table.add(id, Number::F64(value), nanoseconds(time));
                    }
                }
            }
        });
        for (series, value) in values.drain(..) {
            histograms.take(series, value, |buckets| {
                if let Some(id) = known.series(table, *scrape, (role, identifier), series) {
                    table.add_buckets(id, &buckets.bounds, &buckets.counts, buckets.sum);
                }
            });
        }
        histograms.end();
        end?;
        if is_misread { Err(Fault::Misread) } else { Ok(()) }
    }
}

#[cfg(test)]
impl Scan {
    pub(super) fn known_keys(&self) -> usize {
        self.roles.values().map(|known| known.keys.len()).sum()
    }
}

impl Known {
    fn find(&mut self, role: Role, key: &[u8]) -> Option<Meaning> {
        let Self { keys, families, series, by_name, by_labels } = self;
        let found = keys.find(key, |key| {
            let key = key::parse(role, key)?;
            let family = *by_name.entry(key.family.as_str().into()).or_insert_with(|| {
                families.push(Family { name: key.family.into(), help: key.help.into(), seen: 0, id: None });
                number(families.len() - 1)
            });
            let labels: Box<str> = Labels::render(&key.labels).into();
            let series = *by_labels.entry((family, labels.clone())).or_insert_with(|| {
                series.push(Series { family, labels, id: None });
                number(series.len() - 1)
            });
            Some(Meaning { series, part: key.part })
        });
        *keys.means(found)
    }

    /// The table's series; nothing if another process has made that impossible.
    fn series(
        &mut self,
        table: &mut Table,
        scrape: u32,
        (role, identifier): (Role, &str),
        series: u32,
    ) -> Option<SeriesId> {
        let Series { family, labels, id } = &mut self.series[series as usize];
        let family = &mut self.families[*family as usize];
        if family.seen != scrape {
            let Family { name, help, .. } = &*family;
            let def = FamilyDef { name, help, unit: "", kind: role.kind(), mode: role.mode() };
            (family.seen, family.id) = (scrape, table.family(&def));
        }
        let family = family.id?;
        if matches!(role, Role::Gauge(_)) && table.mode(family).is_per_process() {
            return table.series_of_process(family, labels, identifier);
        }
        if id.is_none() {
            *id = table.series(family, labels);
        }
        *id
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
fn count(value: f64) -> u64 {
    value as u64
}

/// Of seconds. Zero for what is no time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn nanoseconds(time: f64) -> u64 {
    (time * 1e9) as u64
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("each takes more than a byte")
}
