//! What other processes are told of series that lie in memory which they read: see [`Shared`](crate::cell::Shared).
//!
//! A metric does not know what it is called. Registering it in the global registry is what names it, and all series that
//! it has then or gets later; where there is no such memory, nothing of this is done or kept.

use super::collect::Collect;
use crate::cell::{Range, Word, stop};
use crate::model::{Desc, Exemplar, GaugeMode, Kind, Timestamp};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Keeps the names of series where other processes read them. Sealed: it is the log of `metrics-exposition`'s
/// multiprocess mode.
///
/// May be called while the cold paths are stopped, and so stops none. What is not known, because it was never begun or has
/// ended, is left out by all.
pub trait Journal: Sync {
    /// A family, and its number from now on.
    fn family(&self, family: &FamilyRecord<'_>) -> u32;

    /// A series begins, with all that is said of it, or nothing of that.
    fn begin(&self, series: &SeriesRecord<'_>);

    /// It has ended.
    fn end(&self, key: Key);

    /// It begins again at zero, without exemplars: its cells were `sums`.
    fn restart(&self, key: Key, created: Timestamp, sums: &[u64]);

    /// It has these cells too, if there are any, and its native cells mean this.
    fn relabel(&self, key: Key, more: &[(u32, u32)], native: &NativeRecord);

    /// One more native cell means something.
    fn bucket(&self, key: Key, cell: u32, label: NativeLabel);

    /// The exemplar in a slot.
    fn exemplar(&self, key: Key, slot: u32, exemplar: Option<&Exemplar>);

    /// The labels of an info, rendered.
    fn info(&self, key: Key, labels: Option<&str>);
}

/// By what a series is known in this process.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Key {
    /// The number of its first cell.
    Cells(u32),
    /// The address of its word; of an info, which has none, its own.
    Address(usize),
}

/// A family.
#[derive(Clone, Copy, Debug)]
pub struct FamilyRecord<'a> {
    /// The name, without `_total`.
    pub name: &'a str,
    /// One line.
    pub help: &'a str,
    /// Empty: none.
    pub unit: &'a str,
    /// The type.
    pub kind: Kind,
    /// Of gauges and state sets.
    pub mode: GaugeMode,
    /// What a value is.
    pub number: NumberType,
    /// Upper bounds of classic buckets, without +Inf.
    pub bounds: &'a [f64],
    /// Of a state set, by their index.
    pub states: &'a [&'a str],
}

/// What a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NumberType {
    /// A `u64`.
    U64,
    /// An `f64`.
    F64,
    /// An `i64`.
    I64,
}

/// A series.
#[derive(Clone, Copy, Debug)]
pub struct SeriesRecord<'a> {
    /// What it is known by.
    pub key: Key,
    /// The number of its family.
    pub family: u32,
    /// Labels, rendered, of the family and of the series.
    pub labels: [&'a str; 2],
    /// When it was zero; `None` for what has no such time.
    pub created: Option<Timestamp>,
    /// Where its value is.
    pub place: Place<'a>,
    /// What its cells were when it began; empty: zero.
    pub sums: &'a [u64],
    /// Cells that it has besides: first, and how many.
    pub more: &'a [(u32, u32)],
    /// Of a histogram that has native buckets.
    pub native: Option<&'a NativeRecord>,
    /// It takes the place of this one, which ends.
    pub replaces: Option<Key>,
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In cells: the first, and how many.
    Cells(u32, u32),
    /// In one word, by its address.
    Word(usize),
    /// In several words.
    Words(&'a [usize]),
    /// Nowhere: an info is text.
    Nowhere,
}

/// What a native histogram's cells mean.
#[derive(Clone, Debug)]
pub struct NativeRecord {
    /// The resolution.
    pub schema: i32,
    /// How far the zero bucket reaches.
    pub zero_threshold: f64,
    /// When it was empty.
    pub created: Timestamp,
    /// Of the native cells of all its ranges, in order.
    pub labels: Vec<NativeLabel>,
}

/// What a native cell counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum NativeLabel {
    /// What is NaN.
    NotANumber,
    /// What is as near to zero as the zero bucket reaches.
    Zero,
    /// The bucket of this index below zero.
    Negative(i32),
    /// The bucket of this index above zero.
    Positive(i32),
}

static JOURNAL: OnceLock<&'static dyn Journal> = OnceLock::new();

pub(crate) fn set_journal(journal: &'static dyn Journal) {
    let _ = JOURNAL.set(journal);
}

/// Where names go, if there is anybody to read them.
pub(crate) fn journal() -> Option<&'static dyn Journal> {
    JOURNAL.get().copied()
}

/// What a family is called.
pub struct Name {
    desc: Desc,
    mode: GaugeMode,
    /// Rendered.
    const_labels: Box<str>,
    /// Once there was a series.
    number: OnceLock<u32>,
}

impl Name {
    pub(crate) fn new(desc: Desc, mode: GaugeMode, const_labels: Box<str>) -> Arc<Self> {
        Arc::new(Self { desc, mode, const_labels, number: OnceLock::new() })
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Name").field(&self.desc.name).finish()
    }
}

/// What a series is called.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    pub(crate) name: &'a Arc<Name>,
    /// Rendered.
    pub(crate) labels: &'a str,
}

/// What only its type knows of a family.
#[derive(Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) number: NumberType,
    pub(crate) bounds: &'a [f64],
    pub(crate) states: &'a [&'a str],
}

impl Traits<'_> {
    pub(crate) const fn of(number: NumberType) -> Self {
        Self { number, bounds: &[], states: &[] }
    }
}

impl Named<'_> {
    pub(crate) fn is_timed(self) -> bool {
        self.name.mode.is_timed()
    }

    /// The record of a series that begins, without all that not every type has.
    pub(crate) fn record<'a>(self, traits: Traits<'_>, key: Key, place: Place<'a>) -> Option<SeriesRecord<'a>>
    where
        Self: 'a,
    {
        let journal = journal()?;
        let Name { desc, mode, const_labels, number } = &**self.name;
        let family = *number.get_or_init(|| {
            journal.family(&FamilyRecord {
                name: &desc.name,
                help: &desc.help,
                unit: desc.unit.as_deref().unwrap_or(""),
                kind: desc.kind,
                mode: *mode,
                number: traits.number,
                bounds: traits.bounds,
                states: traits.states,
            })
        });
        let labels = [&**const_labels, self.labels];
        Some(SeriesRecord {
            key,
            family,
            labels,
            created: None,
            place,
            sums: &[],
            more: &[],
            native: None,
            replaces: None,
        })
    }
}

/// Tells other processes what family number `family` of a metric is called from now on, or that it is no more.
pub(crate) fn announce(metric: &dyn Collect, family: usize, name: Option<&Arc<Name>>) {
    metric.announce(&mut stop(), family, name.map(|name| Named { name, labels: "" }));
}

impl SeriesRecord<'_> {
    pub(crate) fn begin(&self) {
        if let Some(journal) = journal() {
            journal.begin(self);
        }
    }
}

impl Key {
    pub(crate) fn of_cells(cells: &Range) -> Self {
        Self::Cells(cells.id())
    }

    pub(crate) fn of_word(word: &Word) -> Self {
        Self::Address(word.address())
    }

    pub(crate) fn end(self) {
        if let Some(journal) = journal() {
            journal.end(self);
        }
    }
}

impl Place<'_> {
    pub(crate) fn of_cells(cells: &Range) -> Self {
        Self::Cells(cells.id(), cells.count())
    }

    pub(crate) fn of_word(word: &Word) -> Self {
        Self::Word(word.address())
    }
}
