//! What the log of one file says, as it is at its end.

use super::{FamilyDef, FamilyId, SeriesId, Skip, Table};
use crate::multiprocess::record::{Family, Mode, Native, Number, Place, Record, Series, label_of_word};
use metrics_core::model::Kind;
use metrics_core::private::multiprocess::NativeLabel;
use std::ops::Range;

/// Whose file it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) pid: &'a str,
    pub(super) is_alive: bool,
    pub(super) is_archive: bool,
    /// When the process began to count.
    pub(super) started: u64,
}

/// What the log says. Lists of all series lie in one memory each, which the next file uses again.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) families: Vec<FileFamily>,
    pub(super) series: Vec<FileSeries>,
    pub(super) chunks: Vec<FileChunk>,
    pub(super) ranges: Vec<CellRange>,
    pub(super) blobs: Vec<FileBlob>,
    pub(super) natives: Vec<FileNative>,
    pub(super) bounds: Vec<f64>,
    pub(super) states: Vec<Box<str>>,
    /// Sums to subtract, and places of words.
    pub(super) words: Vec<u64>,
    /// Labels of infos, to which their text comes.
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct FileFamily {
    /// `None`: it is not to be shown.
    pub(super) id: Option<FamilyId>,
    pub(super) kind: Kind,
    pub(super) mode: Mode,
    pub(super) number: Number,
    pub(super) bounds: Range<usize>,
    pub(super) states: Range<usize>,
}

#[derive(Debug)]
pub(super) struct FileSeries {
    number: u32,
    pub(super) family: usize,
    /// `None`: it is not to be shown. An info has none until its text is known.
    pub(super) id: Option<SeriesId>,
    pub(super) created: u64,
    pub(super) place: FilePlace,
    /// What its cells were when it began, among the words.
    pub(super) since: Range<usize>,
    pub(super) native: Option<usize>,
    pub(super) state: Life,
}

/// Whether a series counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Life {
    Here,
    Gone,
    /// It began anew while its cells were read: they say nothing.
    Changed,
}

#[derive(Clone, Debug)]
pub(super) enum FilePlace {
    Cells,
    Word(u64),
    /// Of an info: its labels in the text.
    Text(Range<usize>),
    /// Among the words.
    Words(Range<usize>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct FileChunk {
    pub(super) index: u32,
    pub(super) arena: u32,
    pub(super) offset: u64,
}

/// Cells that follow one another, of one series.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellRange {
    pub(super) first: u32,
    pub(super) len: u32,
    pub(super) series: usize,
    /// Of a native histogram.
    life: u64,
    /// Which it was of the file's ranges: native cells are counted in the order of their segments.
    pub(super) order: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct FileBlob {
    pub(super) series: usize,
    pub(super) slot: u32,
    pub(super) offset: u64,
    pub(super) capacity: u32,
}

#[derive(Debug)]
pub(super) struct FileNative {
    life: u64,
    pub(super) schema: i32,
    pub(super) zero_threshold: f64,
    pub(super) labels: Vec<NativeLabel>,
}

/// Cells of a chunk, as bits of an id.
pub(super) const CHUNK_BITS: u32 = 10;
pub(super) const CHUNK: u32 = 1 << CHUNK_BITS;
/// Bytes of a blob's half at most.
const MOST_BLOB: u32 = 1 << 20;
/// Cells of a native histogram at most.
const MOST_NATIVE: usize = 1 << 20;

impl State {
    pub(super) fn clear(&mut self) {
        self.families.clear();
        self.series.clear();
        self.chunks.clear();
        self.ranges.clear();
        self.blobs.clear();
        self.natives.clear();
        self.bounds.clear();
        self.states.clear();
        self.words.clear();
        self.text.clear();
    }

    /// Takes in a record. `len` is the file's length.
    pub(super) fn apply(
        &mut self,
        record: &Record<'_>,
        len: u64,
        context: &Context<'_>,
        table: &mut Table,
    ) -> Result<(), Skip> {
        match record {
            Record::Family(family) => self.family(family, context, table)?,
            Record::Series(series) => self.add_series(series, len, context, table)?,
            Record::More { series, life, first, len } => {
                if let Some(series) = self.find(*series) {
                    self.range(*first, *len, series, *life)?;
                }
            }
            Record::Gone { series } => {
                if let Some(series) = self.find(*series) {
                    self.series[series].state = Life::Gone;
                }
            }
            Record::Restart { series, created, sums } => {
                if let Some(series) = self.find(*series) {
                    let start = self.words.len();
                    self.words.extend(sums.iter());
                    let series = &mut self.series[series];
                    (series.since, series.created) = (start..self.words.len(), *created);
                }
            }
            Record::Chunk { arena, index, offset } => {
                let end = offset.checked_add(u64::from(CHUNK) * 8).ok_or(Skip::Corrupt)?;
                // More of them than fit into the file lie in each other.
                let most = len / (u64::from(CHUNK) * 8);
                if !offset.is_multiple_of(8) || end > len || self.chunks.len() as u64 >= most {
                    return Err(Skip::Corrupt);
                }
                self.chunks.push(FileChunk { index: *index, arena: *arena, offset: *offset });
            }
            Record::Native(native) => {
                if let Some(series) = self.find(native.series) {
                    self.native(series, native)?;
                }
            }
            Record::Bucket { series, life, cell, label } => {
                if let Some(series) = self.find(*series) {
                    self.bucket(series, *life, *cell, *label)?;
                }
            }
            Record::Blob { series, slot, offset, capacity } => {
                if let Some(series) = self.find(*series) {
                    let end = offset.checked_add(2 * u64::from(*capacity)).ok_or(Skip::Corrupt)?;
                    if end > len || *capacity > MOST_BLOB {
                        return Err(Skip::Corrupt);
                    }
                    self.blobs.push(FileBlob { series, slot: *slot, offset: *offset, capacity: *capacity });
                }
            }
            Record::Includes { .. } => {}
        }
        Ok(())
    }

    /// Takes in what was logged while cells were read, as far as it says what becomes of them.
    pub(super) fn apply_late(&mut self, record: &Record<'_>) {
        let (series, change) = match record {
            Record::Gone { series } => (*series, Some(Life::Gone)),
            Record::Restart { series, .. } => (*series, Some(Life::Changed)),
            Record::Native(native) => (native.series, None),
            Record::Bucket { series, .. } => (*series, None),
            _ => return,
        };
        let Some(series) = self.find(series) else { return };
        if let Some(change) = change {
            self.series[series].state = change;
        }
        // Of the same life: what its cells mean by now is what they mean in the reading, too. Labels only get coarser.
        let life = self.series[series].native.map(|native| self.natives[native].life);
        let taken = match record {
            Record::Native(native) if life == Some(native.life) => self.native(series, native),
            Record::Bucket { life: of, cell, label, .. } if life == Some(*of) => {
                self.bucket(series, *of, *cell, *label)
            }
            Record::Native(_) => Err(Skip::Corrupt),
            _ => Ok(()),
        };
        if taken.is_err() {
            self.series[series].state = Life::Changed;
        }
    }

    fn family(&mut self, family: &Family<'_>, context: &Context<'_>, table: &mut Table) -> Result<(), Skip> {
        if family.family as usize != self.families.len() {
            return Err(Skip::Corrupt);
        }
        let (bounds, states) = (self.bounds.len(), self.states.len());
        self.bounds.extend(family.bounds.iter());
        self.states.extend(family.states.iter().map(Box::from));
        let def = FamilyDef {
            name: family.name.as_str(),
            help: family.help.as_str(),
            unit: family.unit,
            kind: family.kind,
            mode: family.mode,
        };
        let id = table.family(&def);
        let mode = id.map_or(Mode::Unset, |id| table.mode(id));
        self.families.push(FileFamily {
            // What is about living processes is not about this one.
            id: id.filter(|_| context.is_alive || !mode.is_live()),
            kind: family.kind,
            mode,
            number: family.number,
            bounds: bounds..self.bounds.len(),
            states: states..self.states.len(),
        });
        Ok(())
    }

    fn add_series(
        &mut self,
        series: &Series<'_>,
        len: u64,
        context: &Context<'_>,
        table: &mut Table,
    ) -> Result<(), Skip> {
        let at = self.series.len();
        let family = self.families.get(series.family as usize).ok_or(Skip::Corrupt)?;
        if self.series.last().is_some_and(|last| last.number >= series.series) {
            return Err(Skip::Corrupt);
        }
        let is_word = |offset: u64| offset.is_multiple_of(8) && offset.checked_add(16).is_some_and(|end| end <= len);
        let classic = if family.bounds.is_empty() { 0 } else { family.bounds.len() + 1 };
        let labels = series.labels.as_str();
        let (kind, id) = (family.kind, family.id);
        let place = match (series.place, kind) {
            (Place::Cells { first, len }, Kind::Counter | Kind::Unknown) if len == 1 => {
                self.range(first, len, at, 0)?;
                FilePlace::Cells
            }
            (Place::Cells { first, len }, Kind::Summary) if len == 3 => {
                self.range(first, len, at, 0)?;
                FilePlace::Cells
            }
            (Place::Cells { first, len }, Kind::Histogram) if len as usize >= 2 + classic => {
                self.range(first, len, at, 0)?;
                FilePlace::Cells
            }
            (Place::Word { offset }, Kind::Counter | Kind::Gauge | Kind::StateSet | Kind::Unknown)
                if is_word(offset) =>
            {
                FilePlace::Word(offset)
            }
            (Place::Nowhere, Kind::Info) => {
                let start = self.text.len();
                self.text.push_str(labels);
                FilePlace::Text(start..self.text.len())
            }
            (Place::Words(offsets), Kind::GaugeHistogram)
                if offsets.len() == 1 + classic && offsets.iter().all(is_word) =>
            {
                let start = self.words.len();
                self.words.extend(offsets.iter());
                FilePlace::Words(start..self.words.len())
            }
            _ => return Err(Skip::Corrupt),
        };
        let is_its_own = self.families[series.family as usize].mode.is_per_process() && !context.is_archive;
        let id = match id {
            Some(_) if kind == Kind::Info => None,
            Some(id) if is_its_own => table.series_of_process(id, labels, context.pid),
            Some(id) => table.series(id, labels),
            None => None,
        };
        self.series.push(FileSeries {
            number: series.series,
            family: series.family as usize,
            id,
            created: series.created,
            place,
            since: 0..0,
            native: None,
            state: Life::Here,
        });
        Ok(())
    }

    fn range(&mut self, first: u32, len: u32, series: usize, life: u64) -> Result<(), Skip> {
        if len == 0 || len > CHUNK || first % CHUNK + len > CHUNK {
            return Err(Skip::Corrupt);
        }
        self.ranges.push(CellRange { first, len, series, life, order: self.ranges.len() });
        Ok(())
    }

    fn native(&mut self, series: usize, native: &Native<'_>) -> Result<(), Skip> {
        let labels: Option<Vec<_>> = native.labels.iter().map(label_of_word).collect();
        let labels = labels.filter(|labels| labels.len() <= MOST_NATIVE).ok_or(Skip::Corrupt)?;
        let (life, schema, zero_threshold) = (native.life, native.schema, native.zero_threshold);
        let new = FileNative { life, schema, zero_threshold, labels };
        let series = &mut self.series[series];
        // A life that starts over has no past.
        if series.native.is_some_and(|before| self.natives[before].life != life) {
            series.since = 0..0;
        }
        series.created = native.created;
        match series.native {
            Some(before) => self.natives[before] = new,
            None => {
                series.native = Some(self.natives.len());
                self.natives.push(new);
            }
        }
        Ok(())
    }

    fn bucket(&mut self, series: usize, life: u64, cell: u32, label: i64) -> Result<(), Skip> {
        let label = label_of_word(label).ok_or(Skip::Corrupt)?;
        let Some(native) = self.series[series].native.map(|native| &mut self.natives[native]) else {
            return Err(Skip::Corrupt);
        };
        let cell = cell as usize;
        if native.life != life {
            return Ok(());
        }
        if cell == native.labels.len() && cell < MOST_NATIVE {
            native.labels.push(label);
        } else {
            *native.labels.get_mut(cell).ok_or(Skip::Corrupt)? = label;
        }
        Ok(())
    }

    fn find(&self, number: u32) -> Option<usize> {
        // Mostly all are there, and begin with 0.
        let at = number as usize;
        if self.series.get(at).is_some_and(|series| series.number == number) {
            return Some(at);
        }
        self.series.binary_search_by_key(&number, |series| series.number).ok()
    }

    /// Leaves out what does not count, and brings the rest into the order of the file. An error if two series own one cell;
    /// then none of the later ones does.
    pub(super) fn prepare(&mut self) -> Result<(), Skip> {
        let (series, natives, families) = (&self.series, &self.natives, &self.families);
        self.ranges.retain(|range| {
            let series = &series[range.series];
            let life = series.native.map_or(0, |native| natives[native].life);
            let is_shown = families[series.family].id.is_some();
            is_shown && series.state == Life::Here && range.life == life
        });
        self.ranges.sort_unstable_by_key(|range| (range.first, range.order));
        let mut end = 0;
        let before = self.ranges.len();
        self.ranges.retain(|range| {
            let is_free = u64::from(range.first) >= end;
            if is_free {
                end = u64::from(range.first) + u64::from(range.len);
            }
            is_free
        });
        // Of one that is there twice, the later one is.
        self.chunks.reverse();
        self.chunks.sort_by_key(|chunk| (chunk.index, chunk.arena));
        self.chunks.dedup_by_key(|chunk| (chunk.index, chunk.arena));
        self.blobs.sort_by_key(|blob| (blob.series, blob.slot));
        if self.ranges.len() < before { Err(Skip::Corrupt) } else { Ok(()) }
    }
}
