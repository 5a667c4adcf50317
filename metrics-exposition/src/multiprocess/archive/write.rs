//! What a table of dead processes holds, as a file.

use super::build::Build;
use crate::multiprocess::merge::{Exported, ExportedSeries, FamilyDef, NativeBuckets, Table};
use crate::multiprocess::record::{Family, Header, List, Native, Number, Place, Record, Series, label_word};
use metrics_core::model::{Kind, Number as Value};
use metrics_core::private::multiprocess::NativeLabel;

/// Cells of a chunk.
const CHUNK: usize = 1 << 10;

/// The file, which includes those of these numbers.
pub(super) fn write(table: &Table, random: u64, includes: &[u64]) -> Vec<u8> {
    let header = Header { is_archive: true, pid: 0, started: 0, random, block: 0 };
    let mut writing = Writing { build: Build::new(header), families: Vec::new(), series: 0, family: 0 };
    for random in includes {
        writing.build.log(&Record::Includes { random: *random });
    }
    table.export(&mut |def, series| writing.series(def, series));
    writing.build.finish()
}

struct Writing {
    build: Build,
    /// Families of the file with the name that came last, and what series of theirs have in common.
    families: Vec<(String, Kind, Shape, u32)>,
    series: u32,
    family: u32,
}

/// What all series of a family of a file have in common.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    number: Number,
    bounds: Vec<f64>,
}

impl Writing {
    fn series(&mut self, def: &FamilyDef<'_>, series: &ExportedSeries<'_>) {
        let ExportedSeries { labels, created, value, exemplars } = series;
        let (labels, created) = (*labels, *created);
        let (number, bounds, states): (_, &[f64], &[Box<str>]) = match value {
            Exported::Number { value: Value::U64(_), .. } => (Number::U64, &[], &[]),
            Exported::Number { value: Value::I64(_), .. } => (Number::I64, &[], &[]),
            Exported::Number { value: Value::F64(_), .. } => (Number::F64, &[], &[]),
            Exported::Histogram { bounds, .. } | Exported::GaugeHistogram { bounds, .. } => (Number::U64, bounds, &[]),
            Exported::Summary { .. } => (Number::U64, &[], &[]),
            Exported::State { states, .. } => (Number::U64, &[], states),
        };
        let Some(family) = self.family(def, number, bounds, states) else { return };
        let mut natives = None;
        let place = match value {
            Exported::Number { value, time } => {
                let bits = match value {
                    Value::U64(value) => *value,
                    Value::I64(value) => value.cast_unsigned(),
                    Value::F64(value) => value.to_bits(),
                };
                if def.kind == Kind::Counter {
                    self.build.cells(&[bits])
                } else {
                    Some(Place::Word { offset: self.build.word(bits, *time) })
                }
            }
            Exported::Summary { count, sum } => self.build.cells(&[0, sum.to_bits(), *count]),
            Exported::State { active, time, .. } => {
                Some(Place::Word { offset: self.build.word(*active as u64, *time) })
            }
            Exported::GaugeHistogram { counts, sum, .. } => {
                let words = [sum.to_bits()].into_iter().chain(counts.iter().map(|count| count.cast_unsigned()));
                let words: Vec<_> = words.map(|word| self.build.word(word, 0)).collect();
                let record = Series {
                    series: self.series,
                    family,
                    labels: labels.into(),
                    created,
                    place: Place::Words(List::Values(&words)),
                };
                self.series += u32::from(self.build.log(&Record::Series(record)));
                return;
            }
            Exported::Histogram { counts, sum, native, .. } => {
                natives = native.map(Segments::new);
                let first = natives.as_mut().map(|native| native.next(counts.len())).unwrap_or_default();
                let cells = [&[0, sum.to_bits()][..], *counts, &*first].concat();
                self.build.cells(&cells)
            }
        };
        let Some(place) = place else { return };
        let record = Series { series: self.series, family, labels: labels.into(), created, place };
        if !self.build.log(&Record::Series(record)) {
            return;
        }
        let series = self.series;
        self.series += 1;
        if let Some(segments) = natives {
            self.natives(series, segments, created, bounds);
        }
        for (slot, exemplar) in exemplars {
            let text = [&exemplar.value.to_le_bytes()[..], &exemplar.time.to_le_bytes(), exemplar.labels.as_bytes()];
            let slot = u32::try_from(*slot).unwrap_or(u32::MAX);
            if let Some((offset, capacity)) = self.build.blob(&text.concat()) {
                self.build.log(&Record::Blob { series, slot, offset, capacity });
            }
        }
    }

    fn natives(&mut self, series: u32, mut segments: Segments<'_>, created: u64, bounds: &[f64]) {
        let classic = if bounds.is_empty() { 0 } else { bounds.len() + 1 };
        loop {
            let next = segments.next(classic);
            if next.is_empty() {
                break;
            }
            let cells = [&vec![0; 2 + classic][..], &*next].concat();
            let Some(Place::Cells { first, len }) = self.build.cells(&cells) else { break };
            self.build.log(&Record::More { series, life: 0, first, len });
        }
        let Segments { native, labels, .. } = segments;
        let labels: Vec<_> = labels.into_iter().map(label_word).collect();
        let (schema, zero_threshold) = (native.schema().into(), native.zero_threshold());
        let labels = List::Values(&labels);
        self.build.log(&Record::Native(Native { series, life: 0, schema, zero_threshold, created, labels }));
    }

    /// The number of a family of the file; `None` if it does not fit.
    fn family(&mut self, def: &FamilyDef<'_>, number: Number, bounds: &[f64], states: &[Box<str>]) -> Option<u32> {
        if self.families.last().is_some_and(|(name, kind, ..)| name != def.name || *kind != def.kind) {
            self.families.clear();
        }
        let known = self.families.iter().find(|(_, _, shape, _)| shape.number == number && shape.bounds == bounds);
        if let Some((.., family)) = known {
            return Some(*family);
        }
        let states: Vec<&str> = states.iter().map(|state| &**state).collect();
        let record = Family {
            family: self.family,
            kind: def.kind,
            mode: def.mode,
            number,
            name: def.name.into(),
            help: def.help.into(),
            unit: def.unit,
            bounds: List::Values(bounds),
            states: List::Values(&states),
        };
        if !self.build.log(&Record::Family(record)) {
            return None;
        }
        let shape = Shape { number, bounds: bounds.to_vec() };
        self.families.push((def.name.to_owned(), def.kind, shape, self.family));
        self.family += 1;
        Some(self.family - 1)
    }
}

/// The cells of a native histogram, a segment at a time.
struct Segments<'a> {
    native: &'a NativeBuckets,
    labels: Vec<NativeLabel>,
    counts: Vec<u64>,
    done: usize,
}

impl<'a> Segments<'a> {
    fn new(native: &'a NativeBuckets) -> Self {
        let [positive, negative] = native.sides();
        let mut cells = vec![(NativeLabel::NotANumber, native.not_a_number), (NativeLabel::Zero, native.zero)];
        cells.extend(positive.map(|(index, count)| (NativeLabel::Positive(index), count)));
        cells.extend(negative.map(|(index, count)| (NativeLabel::Negative(index), count)));
        let (labels, counts) = cells.into_iter().unzip();
        Self { native, labels, counts, done: 0 }
    }

    /// As many as a segment takes.
    fn next(&mut self, classic: usize) -> Vec<u64> {
        let room = CHUNK.saturating_sub(2 + classic);
        let next: Vec<_> = self.counts[self.done..].iter().take(room).copied().collect();
        self.done += next.len();
        next
    }
}
