//! Series of several processes, added up by the rules of their types.
//!
//! A [`Table`] lives from scrape to scrape: it knows each key by then, so that a key is taken apart once and a scrape is
//! looking up and adding. It holds what there is of each series once, however many processes have it.

mod emit;
mod export;
mod family;
mod fold;
mod histogram;
mod labels;
mod native;
mod owned;
#[cfg(test)]
mod tests;
mod value;

pub(super) use export::{Exported, ExportedSeries};
pub(super) use family::FamilyId;
pub(super) use native::NativeBuckets;
pub(super) use owned::owned;
pub(super) use value::Sighting;

use super::record::Mode;
use family::Family;
use hashbrown::HashMap;
use metrics_core::model::{Kind, Number};
use std::collections::BTreeMap;
use std::fmt;

/// What a process says of a family.
#[derive(Clone, Copy, Debug)]
pub(super) struct FamilyDef<'a> {
    /// Without `_total`.
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) unit: &'a str,
    pub(super) kind: Kind,
    /// Of a gauge, a state set, or what else has no rule of its own.
    pub(super) mode: Mode,
}

/// A series of a [`Table`]; good until its [`generation`](Table::generation) changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SeriesId {
    family: FamilyId,
    series: u32,
}

/// Why something of a process is not where it would belong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Conflict {
    /// The family has another type in a process that was seen before: left out.
    Type,
    /// It has another mode there, which holds.
    Mode,
    /// The histogram has other buckets than in most processes: series of their own, with a label `buckets`.
    Buckets,
    /// A name that cannot stand on a page: left out.
    Name,
    /// Labels that cannot: left out.
    Labels,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "type",
            Self::Mode => "mode",
            Self::Buckets => "buckets",
            Self::Name => "name",
            Self::Labels => "labels",
        })
    }
}

/// What the processes of one scrape add up to, and the keys of those before.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Number of the scrape; what was not seen in it is not there.
    scrape: u32,
    generation: u64,
    families: Vec<Family>,
    /// Families by name, of which there is one for each type that was seen.
    names: HashMap<Box<str>, Name>,
    conflicts: BTreeMap<(Box<str>, Conflict), u64>,
    scratch: String,
    /// Whether what is added now is of a dead process.
    is_dead: bool,
    /// Whether a name may stand for families of several types.
    keeps_all_types: bool,
}

/// Families of one name.
#[derive(Debug, Default)]
struct Name {
    /// When one of them was seen last, and which.
    seen: u32,
    owner: u32,
    by_kind: Vec<(Kind, u32)>,
}

impl Name {
    fn of(&self, kind: Kind) -> Option<u32> {
        self.by_kind.iter().find(|(other, _)| *other == kind).map(|(_, family)| *family)
    }
}

/// Families of which a [`Conflict`] is told, at most: there is always a first.
const MOST_CONFLICTS: usize = 1_000;
/// Series that are kept although they have not been seen, at least.
const SPARE: usize = 4_096;

impl Table {
    /// Begins a scrape: nothing has been seen. Keys are kept, unless most of them have gone.
    pub(super) fn begin(&mut self) {
        let series = || self.families.iter().map(Family::len);
        let gone = || self.families.iter().map(|family| family.len() - family.seen_series(self.scrape));
        if self.scrape == u32::MAX || gone().sum::<usize>() > SPARE.max(series().sum::<usize>() / 2) {
            let generation = self.generation + 1;
            *self = Self { generation, keeps_all_types: self.keeps_all_types, ..Self::default() };
        }
        self.scrape += 1;
        self.conflicts.clear();
    }

    /// Whether what is added from now on is of living processes. As far as nobody says it, it is.
    pub(super) fn set_alive(&mut self, is_alive: bool) {
        self.is_dead = !is_alive;
    }

    /// Changes when ids of before are none any more.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// The family that a process has; `None` if one of another type has its name in this scrape, which is noted. The
    /// process that comes first decides about help, unit and mode.
    pub(super) fn family(&mut self, def: &FamilyDef<'_>) -> Option<FamilyId> {
        let scrape = self.scrape;
        let name = self.names.get(def.name);
        let found = name.and_then(|name| name.of(def.kind));
        let is_taken = name.is_some_and(|name| name.seen == scrape && found != Some(name.owner));
        if is_taken && !self.keeps_all_types {
            self.note(def.name, Conflict::Type);
            return None;
        }
        if found.is_none() && !Family::is_name(def.name, def.kind) {
            self.note(def.name, Conflict::Name);
            return None;
        }
        let name = match self.names.get_mut(def.name) {
            Some(name) => name,
            None => self.names.entry(def.name.into()).or_default(),
        };
        let family = found.unwrap_or_else(|| {
            let family = u32::try_from(self.families.len()).expect("not that many fit into memory");
            name.by_kind.push((def.kind, family));
            self.families.push(Family::new(def));
            family
        });
        (name.seen, name.owner) = (scrape, family);
        let id = FamilyId(family);
        if !self.families[id.at()].see(def, scrape) {
            self.note(def.name, Conflict::Mode);
        }
        Some(id)
    }

    /// What becomes of its series. Those of dead processes are not added if it [is live](Mode::is_live).
    pub(super) fn mode(&self, family: FamilyId) -> Mode {
        self.families[family.at()].mode
    }

    /// The series with these labels, rendered, in any order. `None`: they cannot be labels of it, which is noted.
    pub(super) fn series(&mut self, family: FamilyId, labels: &str) -> Option<SeriesId> {
        self.find(family, labels, false)
    }

    /// The same with a label `pid`, for families whose [mode](Self::mode) is [one for each
    /// process](Mode::is_per_process). A label `pid` that it has already becomes `exported_pid`, as Prometheus does it.
    pub(super) fn series_of_process(&mut self, family: FamilyId, labels: &str, pid: &str) -> Option<SeriesId> {
        let mut both = std::mem::take(&mut self.scratch);
        both.clear();
        labels::append(&mut both, labels, "pid", pid);
        let found = self.find(family, &both, true);
        self.scratch = both;
        found
    }

    fn find(&mut self, family: FamilyId, labels: &str, is_last_ours: bool) -> Option<SeriesId> {
        let found = self.families[family.at()].find(labels, is_last_ours);
        if found.is_none() {
            let name = self.families[family.at()].name.clone();
            self.note(&name, Conflict::Labels);
        }
        Some(SeriesId { family, series: found? })
    }

    /// A value of a counter, a gauge or what is unknown; `time` (nanoseconds since 1970, 0: never) is when it was set.
    /// In a mode with a series for each process, the one that comes first holds: of two with one number, the other is
    /// long dead. Whether the value is the one that holds now.
    pub(super) fn add(&mut self, id: SeriesId, value: Number, time: u64) -> bool {
        let (family, value_of) = self.value(id);
        value_of.add(family, value, time)
    }

    /// Observations of a classic histogram by bucket (not cumulative, one more than bounds), and their sum.
    pub(super) fn add_buckets(&mut self, id: SeriesId, bounds: &[f64], counts: &[u64], sum: f64) {
        self.add_histogram(id, bounds, counts, sum, None);
    }

    /// Observations of a histogram of either kind, or both. Without classic buckets, both slices are empty.
    pub(super) fn add_histogram(
        &mut self,
        id: SeriesId,
        bounds: &[f64],
        counts: &[u64],
        sum: f64,
        native: Option<&NativeBuckets>,
    ) {
        let (family, value) = self.value(id);
        value.add_histogram(family, bounds, counts, sum, native);
    }

    /// What a gauge histogram holds now.
    pub(super) fn add_gauge_buckets(&mut self, id: SeriesId, bounds: &[f64], counts: &[i64], sum: f64) {
        let (family, value) = self.value(id);
        value.add_gauge_buckets(family, bounds, counts, sum);
    }

    /// Observations of a summary, and their sum.
    pub(super) fn add_summary(&mut self, id: SeriesId, count: u64, sum: f64) {
        self.value(id).1.add_summary(count, sum);
    }

    /// An info says this. Equal ones are one.
    pub(super) fn add_info(&mut self, id: SeriesId) {
        self.value(id);
    }

    /// A state set is in this one of these states, since `time`. Whether that holds now.
    pub(super) fn add_state<'a>(
        &mut self,
        id: SeriesId,
        states: impl Iterator<Item = &'a str>,
        active: usize,
        time: u64,
    ) -> bool {
        let (family, value) = self.value(id);
        value.add_state(family, states, active, time)
    }

    /// When the series began (nanoseconds since 1970, 0: not known). The earliest holds.
    pub(super) fn created(&mut self, id: SeriesId, created: u64) {
        self.value(id).1.see_created(created);
    }

    /// An exemplar of a counter (slot 0), or of a bucket of a histogram with these bounds; native ones have slots behind
    /// those. The newest holds.
    pub(super) fn add_exemplar(&mut self, id: SeriesId, bounds: &[f64], slot: usize, exemplar: Sighting<'_>) {
        let (family, value) = self.value(id);
        value.add_exemplar(family, bounds, slot, exemplar);
    }

    /// How many families of each name met what, by name.
    pub(super) fn conflicts(&self) -> impl Iterator<Item = (&str, Conflict, u64)> {
        self.conflicts.iter().map(|((name, conflict), count)| (&**name, *conflict, *count))
    }

    fn value(&mut self, id: SeriesId) -> (&mut family::Shared, &mut value::Value) {
        let family = &mut self.families[id.family.at()];
        family.shared.is_alive = !self.is_dead;
        family.value(id.series, self.scrape)
    }

    fn note(&mut self, family: &str, conflict: Conflict) {
        if self.conflicts.len() < MOST_CONFLICTS {
            *self.conflicts.entry((family.into(), conflict)).or_default() += 1;
        }
    }
}
