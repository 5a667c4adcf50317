//! A family of the table: its series by their keys.

use super::FamilyDef;
use super::histogram::Sets;
use super::labels::canonical;
use super::value::Value;
use crate::multiprocess::record::Mode;
use hashbrown::HashMap;
use metrics_core::model::{Kind, Labels};
use metrics_core::name::Validation;
use std::collections::BTreeSet;

/// A family of a [`Table`](super::Table).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::multiprocess) struct FamilyId(pub(super) u32);

impl FamilyId {
    pub(super) const fn at(self) -> usize {
        self.0 as usize
    }
}

/// A family of one name and type.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
    pub(super) help: String,
    pub(super) unit: String,
    pub(super) mode: Mode,
    /// The scrape in which it was seen last.
    pub(super) seen: u32,
    pub(super) shared: Shared,
    series: Vec<Series>,
    /// Series by what processes call them. Several spellings may be one.
    index: HashMap<Box<str>, u32>,
    /// Names of all labels that any series has.
    pub(super) label_names: BTreeSet<String>,
    /// Numbers of the series by their labels, as far as they are sorted.
    sorted: Vec<u32>,
}

/// What all series of a family have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) kind: Kind,
    pub(super) mode: Mode,
    pub(super) sets: Sets,
    /// Whether what is added now is of a living process.
    pub(super) is_alive: bool,
    /// Of a state set: all that any process knows.
    pub(super) states: Vec<Box<str>>,
}

#[derive(Debug)]
struct Series {
    /// Rendered, sorted by name.
    labels: Box<str>,
    seen: u32,
    value: Value,
}

/// No series: labels that cannot be.
const NONE: u32 = u32::MAX;

impl Family {
    pub(super) fn new(def: &FamilyDef<'_>) -> Self {
        Self {
            name: def.name.into(),
            kind: def.kind,
            help: String::new(),
            unit: String::new(),
            mode: Mode::Unset,
            seen: 0,
            shared: Shared {
                kind: def.kind,
                mode: Mode::Unset,
                sets: Sets::default(),
                is_alive: true,
                states: Vec::new(),
            },
            series: Vec::new(),
            index: HashMap::new(),
            label_names: BTreeSet::new(),
            sorted: Vec::new(),
        }
    }

    /// Whether a family can have this name.
    pub(super) fn is_name(name: &str, kind: Kind) -> bool {
        // Its suffix comes to it when it is written.
        let is_bare = kind != Kind::Counter || !name.ends_with("_total");
        is_bare && Validation::Utf8.metric_name(name).is_ok()
    }

    /// A process has it. Whether it has the mode that the first one has.
    pub(super) fn see(&mut self, def: &FamilyDef<'_>, scrape: u32) -> bool {
        let mode = def.mode.or_usual(self.kind);
        if self.seen == scrape {
            return mode == self.mode;
        }
        self.seen = scrape;
        (self.mode, self.shared.mode) = (mode, mode);
        def.help.clone_into(&mut self.help);
        // A unit that the name does not end with is none on a page.
        let named = self.name.strip_suffix(def.unit).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
        (if named { def.unit } else { "" }).clone_into(&mut self.unit);
        self.shared.sets.begin();
        self.shared.states.clear();
        true
    }

    pub(super) fn len(&self) -> usize {
        self.series.len()
    }

    pub(super) fn seen_series(&self, scrape: u32) -> usize {
        self.series.iter().filter(|series| series.seen == scrape).count()
    }

    /// The series with these labels; `None` if there cannot be one. `is_last_ours`: the last one was added to those that
    /// the process gave.
    pub(super) fn find(&mut self, labels: &str, is_last_ours: bool) -> Option<u32> {
        let found = match self.index.get(labels) {
            Some(series) => *series,
            None => self.insert(labels, is_last_ours),
        };
        (found != NONE).then_some(found)
    }

    #[cold]
    fn insert(&mut self, labels: &str, is_last_ours: bool) -> u32 {
        let reserved = if self.kind == Kind::StateSet { Some(&*self.name) } else { self.kind.reserved_label() };
        let Some(own) = canonical(labels, reserved, is_last_ours) else {
            // Looked at once, too.
            self.index.insert(labels.into(), NONE);
            return NONE;
        };
        let series = match self.index.get(&*own) {
            Some(series) => *series,
            None => {
                let series = u32::try_from(self.series.len()).expect("not that many fit into memory");
                for (name, _) in (Labels { scope: "", own: &own }).pairs() {
                    if !self.label_names.contains(&*name) {
                        self.label_names.insert(name.into_owned());
                    }
                }
                self.series.push(Series { labels: own.as_str().into(), seen: 0, value: Value::new(self.kind) });
                self.index.insert(own.as_str().into(), series);
                series
            }
        };
        if own != labels {
            self.index.insert(labels.into(), series);
        }
        series
    }

    /// The value of a series, which is nothing yet if this scrape has not seen it.
    pub(super) fn value(&mut self, series: u32, scrape: u32) -> (&mut Shared, &mut Value) {
        let series = &mut self.series[series as usize];
        if series.seen != scrape {
            series.seen = scrape;
            series.value.clear();
        }
        (&mut self.shared, &mut series.value)
    }

    /// Brings the series into the order of their labels, which no scrape changes but by new ones.
    pub(super) fn sort(&mut self) {
        if self.sorted.len() < self.series.len() {
            let series = &self.series;
            self.sorted.extend((0u32..).zip(&series[..]).map(|(number, _)| number).skip(self.sorted.len()));
            self.sorted.sort_unstable_by(|a, b| series[*a as usize].labels.cmp(&series[*b as usize].labels));
        }
    }

    /// Series in order, and whether the scrape has seen them.
    pub(super) fn at(&self, place: usize, scrape: u32) -> Option<(&str, Option<&Value>)> {
        let series = &self.series[*self.sorted.get(place)? as usize];
        Some((&series.labels, (series.seen == scrape).then_some(&series.value)))
    }
}
