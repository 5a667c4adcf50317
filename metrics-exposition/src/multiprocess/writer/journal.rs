//! Series that begin, change and end, as records.

use super::Writer;
use super::log::Change;
use super::names::{Known, Names};
use crate::multiprocess::record::{
    Family, List, Mode, Native, Number, Place as Where, Record, Series, Text, label_word, padded,
};
use metrics_core::model::{Exemplar, GaugeMode, Kind, Timestamp};
use metrics_core::private::multiprocess::{
    FamilyRecord, Journal, Key, NativeLabel, NativeRecord, NumberType, Place, SeriesRecord,
};

impl Journal for Writer {
    fn family(&self, family: &FamilyRecord<'_>) -> u32 {
        let number = self.names().next_family();
        self.append(
            &[Record::Family(Family {
                family: number,
                kind: family.kind,
                mode: mode(family),
                number: match family.number {
                    NumberType::U64 => Number::U64,
                    NumberType::F64 => Number::F64,
                    NumberType::I64 => Number::I64,
                },
                name: family.name.into(),
                help: family.help.into(),
                unit: family.unit,
                bounds: List::Values(family.bounds),
                states: List::Values(family.states),
            })],
            Change::default(),
        );
        number
    }

    fn begin(&self, begun: &SeriesRecord<'_>) {
        self.look_at_directory();
        let Some((place, offsets)) = self.find(&begun.place) else { return self.loss.add() };
        let place = match place {
            Where::Words(_) => Where::Words(List::Values(&offsets)),
            place => place,
        };
        let mut names = self.names();
        let ended = begun.replaces.into_iter().chain([begun.key]).filter_map(|key| names.forget(key));
        let mut records: Vec<_> = ended.map(|known| Record::Gone { series: known.series }).collect();
        let gone = records.len();
        let series = names.next_series();
        let created = nanos(begun.created);
        let labels = Text::joined(&begun.labels, ",");
        records.push(Record::Series(Series { series, family: begun.family, labels, created, place }));
        if begun.sums.iter().any(|sum| *sum != 0) {
            records.push(Record::Restart { series, created, sums: List::Values(begun.sums) });
        }
        records.extend(begun.more.iter().map(|(first, len)| more(series, *first, *len)));
        let meaning = begun.native.map_or_else(Vec::new, words);
        if let Some(native) = begun.native {
            records.push(Record::Native(native_record(series, native, &meaning)));
        }
        let meaning = begun.native.and_then(|_| records.last()).map_or(0, bytes);
        names.dead += records[..gone].iter().map(bytes).sum::<u64>();
        let bytes = records[gone..].iter().map(bytes).sum();
        let end = gone as u64;
        let is_there = self.append(&records, Change { begin: 1, end });
        if !is_there && end > 0 {
            self.append(&records[..gone], Change { begin: 0, end });
        }
        if is_there {
            let sums = if begun.sums.iter().any(|sum| *sum != 0) { begun.sums.to_vec() } else { Vec::new() };
            names.known.insert(begun.key, Known { series, bytes, meaning, sums, blobs: Vec::new() });
        }
    }

    fn end(&self, key: Key) {
        self.end_key(key);
    }

    fn restart(&self, key: Key, created: Timestamp, sums: &[u64]) {
        let mut names = self.names();
        let Some(known) = names.known.get_mut(&key) else { return };
        known.sums = sums.to_vec();
        let series = known.series;
        self.append_more(
            &mut names,
            key,
            &[Record::Restart { series, created: nanos(Some(created)), sums: List::Values(sums) }],
        );
        self.clear_blobs(&mut names, key);
    }

    fn relabel(&self, key: Key, added: &[(u32, u32)], native: &NativeRecord) {
        let mut names = self.names();
        let Some(known) = names.known.get_mut(&key) else { return };
        let (series, meaning) = (known.series, std::mem::take(&mut known.meaning));
        known.bytes -= meaning;
        let words = words(native);
        let mut records: Vec<_> = added.iter().map(|(first, len)| more(series, *first, *len)).collect();
        records.push(Record::Native(native_record(series, native, &words)));
        known.meaning = records.last().map_or(0, bytes);
        names.dead += meaning;
        self.append_more(&mut names, key, &records);
    }

    fn bucket(&self, key: Key, cell: u32, label: NativeLabel) {
        let mut names = self.names();
        let Some(known) = names.known.get_mut(&key) else { return };
        let record = Record::Bucket { series: known.series, life: 0, cell, label: label_word(label) };
        known.meaning += bytes(&record);
        self.append_more(&mut names, key, &[record]);
    }

    fn exemplar(&self, key: Key, slot: u32, exemplar: Option<&Exemplar>) {
        let mut text = Vec::new();
        if let Some(exemplar) = exemplar {
            text.extend(exemplar.value().to_le_bytes());
            text.extend(nanos(exemplar.timestamp()).to_le_bytes());
            text.extend(exemplar.labels().own.as_bytes());
        }
        self.put_blob(key, slot, &text);
    }

    fn info(&self, key: Key, labels: Option<&str>) {
        self.put_blob(key, 0, labels.unwrap_or_default().as_bytes());
    }
}

impl Writer {
    pub(super) fn end_key(&self, key: Key) {
        self.look_at_directory();
        let mut names = self.names();
        if let Some(known) = names.forget(key) {
            let record = Record::Gone { series: known.series };
            names.dead += bytes(&record);
            self.append(&[record], Change { begin: 0, end: 1 });
            self.rewrite_if_dead(&mut names);
        }
    }

    /// Appends records of a series that is there.
    pub(super) fn append_more(&self, names: &mut Names, key: Key, records: &[Record<'_>]) -> bool {
        let appended = self.append(records, Change::default());
        if let Some(known) = names.known.get_mut(&key).filter(|_| appended) {
            known.bytes += records.iter().map(bytes).sum::<u64>();
        }
        self.rewrite_if_dead(names);
        appended
    }

    /// Where in the file it is, if it is there.
    fn find(&self, place: &Place<'_>) -> Option<(Where<'static>, Vec<u64>)> {
        let mut offsets = match place {
            Place::Words(words) => Vec::with_capacity(words.len()),
            _ => Vec::new(),
        };
        let file = self.file();
        let place = match *place {
            Place::Cells(first, len) => Where::Cells { first, len },
            Place::Word(address) => Where::Word { offset: file.segments.offset(address)? },
            Place::Nowhere => Where::Nowhere,
            Place::Words(words) => {
                for address in words {
                    // There is room for all: nothing is allocated.
                    offsets.push(file.segments.offset(*address)?);
                }
                Where::Words(List::default())
            }
        };
        Some((place, offsets))
    }
}

fn mode(family: &FamilyRecord<'_>) -> Mode {
    if !matches!(family.kind, Kind::Gauge | Kind::StateSet) {
        return Mode::Unset;
    }
    match family.mode {
        GaugeMode::All => Mode::All,
        GaugeMode::LiveAll => Mode::LiveAll,
        GaugeMode::Min => Mode::Min,
        GaugeMode::LiveMin => Mode::LiveMin,
        GaugeMode::Max => Mode::Max,
        GaugeMode::LiveMax => Mode::LiveMax,
        GaugeMode::Sum => Mode::Sum,
        GaugeMode::LiveSum => Mode::LiveSum,
        GaugeMode::MostRecent => Mode::MostRecent,
        GaugeMode::LiveMostRecent => Mode::LiveMostRecent,
    }
}

/// A further range of a native histogram's cells. Each life of one is a series of its own.
fn more(series: u32, first: u32, len: u32) -> Record<'static> {
    Record::More { series, life: 0, first, len }
}

fn native_record<'a>(series: u32, native: &NativeRecord, words: &'a [i64]) -> Native<'a> {
    Native {
        series,
        life: 0,
        schema: native.schema,
        zero_threshold: native.zero_threshold,
        created: nanos(Some(native.created)),
        labels: List::Values(words),
    }
}

fn words(native: &NativeRecord) -> Vec<i64> {
    native.labels.iter().copied().map(label_word).collect()
}

fn nanos(time: Option<Timestamp>) -> u64 {
    time.and_then(|time| u64::try_from(time.as_nanos()).ok()).unwrap_or(0)
}

/// What it takes in the log.
pub(super) fn bytes(record: &Record<'_>) -> u64 {
    padded(record.encoded_len()) as u64
}
