//! What was read of one file, into the table.

use super::cells::Scratch;
use super::series::{Context, FileFamily, FilePlace, FileSeries, Life, State};
use super::{SeriesId, Table};
use crate::multiprocess::merge::{NativeBuckets, Sighting};
use crate::multiprocess::record::Number;
use metrics_core::model::{Kind, Number as Value};
use metrics_core::private::multiprocess::NativeLabel;

/// Adds every series that counts.
pub(super) fn add(state: &State, cells: &Scratch, context: &Context<'_>, table: &mut Table) {
    let mut adding = Adding { state, cells, table, counts: Vec::new(), segments: Vec::new() };
    adding.find_segments();
    let mut segments = 0;
    let mut blobs = 0;
    for (at, series) in state.series.iter().enumerate() {
        let mine = |list: usize, of: &dyn Fn(usize) -> Option<usize>| {
            (list..).take_while(|place| of(*place).is_some_and(|series| series <= at)).count() + list
        };
        let segments_end = mine(segments, &|place| adding.segments.get(place).map(|range| state.ranges[*range].series));
        let blobs_end = mine(blobs, &|place| state.blobs.get(place).map(|blob| blob.series));
        if series.state == Life::Here {
            adding.series(at, series, segments..segments_end, blobs..blobs_end, context);
        }
        (segments, blobs) = (segments_end, blobs_end);
    }
}

struct Adding<'a> {
    state: &'a State,
    cells: &'a Scratch,
    table: &'a mut Table,
    counts: Vec<u64>,
    /// Numbers of the ranges, by series and in the order in which they were logged.
    segments: Vec<usize>,
}

impl Adding<'_> {
    fn find_segments(&mut self) {
        let ranges = &self.state.ranges;
        self.segments.extend(0..ranges.len());
        self.segments.sort_unstable_by_key(|range| (ranges[*range].series, ranges[*range].order));
    }

    fn series(
        &mut self,
        at: usize,
        series: &FileSeries,
        segments: std::ops::Range<usize>,
        blobs: std::ops::Range<usize>,
        context: &Context<'_>,
    ) {
        let (state, cells) = (self.state, self.cells);
        let family = &state.families[series.family];
        let id = match (&series.place, series.id) {
            (FilePlace::Text(labels), _) => {
                self.info(&state.text[labels.clone()], family, blobs);
                return;
            }
            (_, Some(id)) => id,
            (_, None) => return,
        };
        match &series.place {
            FilePlace::Word(_) => {
                let [value, time] = cells.value(at);
                if self.word(id, family, value, time) {
                    // That of a gauge that is one process's alone says when that began.
                    self.table.created(id, if context.is_archive { series.created } else { context.started });
                }
            }
            FilePlace::Words(places) => self.gauge_histogram(id, family, &cells.words[places.clone()]),
            // Its cells are another's, too.
            _ if segments.is_empty() => return,
            _ => match family.kind {
                Kind::Histogram => self.histogram(id, family, series, segments),
                Kind::Summary => self.summary(id, series, segments.start),
                _ => self.number(id, family, series, segments.start),
            },
        }
        if matches!(family.kind, Kind::Counter | Kind::Histogram | Kind::Summary) {
            self.table.created(id, series.created);
        }
        self.exemplars(id, family, blobs);
    }

    fn since(&self, series: &FileSeries) -> &[u64] {
        &self.state.words[series.since.clone()]
    }

    fn number(&mut self, id: SeriesId, family: &FileFamily, series: &FileSeries, segment: usize) {
        let cell = self.cells.of_range(self.state, self.segments[segment])[0];
        let since = self.since(series).first().copied().unwrap_or(0);
        let value = match family.number {
            Number::U64 => Value::U64(cell.saturating_sub(since)),
            Number::I64 => Value::I64(cell.cast_signed().saturating_sub(since.cast_signed())),
            Number::F64 => Value::F64(f64::from_bits(cell) - f64::from_bits(since)),
        };
        self.table.add(id, value, 0);
    }

    /// Whether the value is the one that holds now.
    fn word(&mut self, id: SeriesId, family: &FileFamily, value: u64, time: u64) -> bool {
        if family.kind == Kind::StateSet {
            let states = self.state.states[family.states.clone()].iter().map(|state| &**state);
            return self.table.add_state(id, states, usize::try_from(value).unwrap_or(usize::MAX), time);
        }
        let value = match family.number {
            Number::U64 => Value::U64(value),
            Number::I64 => Value::I64(value.cast_signed()),
            Number::F64 => Value::F64(f64::from_bits(value)),
        };
        self.table.add(id, value, time)
    }

    fn summary(&mut self, id: SeriesId, series: &FileSeries, segment: usize) {
        let cells = self.cells.of_range(self.state, self.segments[segment]);
        let since = |at: usize| self.since(series).get(at).copied().unwrap_or(0);
        let sum = f64::from_bits(cells[1]) - f64::from_bits(since(1));
        self.table.add_summary(id, cells[2].saturating_sub(since(2)), sum);
    }

    fn histogram(&mut self, id: SeriesId, family: &FileFamily, series: &FileSeries, segments: std::ops::Range<usize>) {
        let bounds = &self.state.bounds[family.bounds.clone()];
        let classic = if bounds.is_empty() { 0 } else { bounds.len() + 1 };
        let meaning = series.native.map(|native| &self.state.natives[native]);
        let mut native = meaning.and_then(|native| NativeBuckets::new(native.schema, native.zero_threshold));
        let mut labels = meaning.map(|native| native.labels.iter()).unwrap_or_default();
        let mut since = self.state.words[series.since.clone()].iter();
        let mut sum = 0.0;
        self.counts.clear();
        self.counts.resize(classic, 0);
        for segment in &self.segments[segments] {
            let cells = self.cells.of_range(self.state, *segment);
            if cells.len() < 2 + classic {
                return;
            }
            let mut before = || since.next().copied().unwrap_or(0);
            before();
            sum += f64::from_bits(cells[1]) - f64::from_bits(before());
            for (count, cell) in self.counts.iter_mut().zip(&cells[2..]) {
                *count = count.saturating_add(cell.saturating_sub(before()));
            }
            for cell in &cells[2 + classic..] {
                let count = cell.saturating_sub(before());
                let (Some(label), Some(native)) = (labels.next(), &mut native) else { continue };
                match *label {
                    NativeLabel::Zero => native.zero = native.zero.saturating_add(count),
                    NativeLabel::NotANumber => native.not_a_number = native.not_a_number.saturating_add(count),
                    NativeLabel::Positive(index) => native.add_positive(index, count),
                    NativeLabel::Negative(index) => native.add_negative(index, count),
                }
            }
        }
        self.table.add_histogram(id, bounds, &self.counts, sum, native.as_ref());
    }

    fn gauge_histogram(&mut self, id: SeriesId, family: &FileFamily, words: &[u64]) {
        let Some((sum, counts)) = words.split_first() else { return };
        let counts: Vec<i64> = counts.iter().map(|count| count.cast_signed()).collect();
        let bounds = &self.state.bounds[family.bounds.clone()];
        self.table.add_gauge_buckets(id, bounds, &counts, f64::from_bits(*sum));
    }

    fn info(&mut self, labels: &str, family: &FileFamily, blobs: std::ops::Range<usize>) {
        let Some(family) = family.id else { return };
        let text = blobs.rev().find(|blob| self.state.blobs[*blob].slot == 0).and_then(|blob| self.cells.blob(blob));
        let Some(text) = text.and_then(|text| std::str::from_utf8(text).ok()).filter(|text| !text.is_empty()) else {
            return;
        };
        let between = if labels.is_empty() { "" } else { "," };
        if let Some(id) = self.table.series(family, &[labels, text].join(between)) {
            self.table.add_info(id);
        }
    }

    fn exemplars(&mut self, id: SeriesId, family: &FileFamily, blobs: std::ops::Range<usize>) {
        let bounds = &self.state.bounds[family.bounds.clone()];
        for blob in blobs {
            let Some(bytes) = self.cells.blob(blob) else { continue };
            let (Some(value), Some(time)) = (word(bytes, 0), word(bytes, 8)) else { continue };
            let Ok(labels) = std::str::from_utf8(&bytes[16..]) else { continue };
            let exemplar = Sighting { value: f64::from_bits(value), time, labels };
            self.table.add_exemplar(id, bounds, self.state.blobs[blob].slot as usize, exemplar);
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}
