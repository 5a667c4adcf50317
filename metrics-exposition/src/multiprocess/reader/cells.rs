//! What the cells, words and blobs of one file hold.

use super::Skip;
use super::series::{CHUNK, CHUNK_BITS, CellRange, FileChunk, FilePlace, State};
use super::window::Window;
use crate::multiprocess::record::Number;
use metrics_core::model::Kind;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Of all ranges, added up over all arenas.
    cells: Vec<u64>,
    /// Where each range begins in it.
    starts: Vec<usize>,
    /// Value and time of each series that is a word.
    values: Vec<[u64; 2]>,
    /// Of each place that is among the state's words.
    pub(super) words: Vec<u64>,
    /// Of each blob, where its text lies.
    texts: Vec<Option<Range<usize>>>,
    bytes: Vec<u8>,
    chunk: Vec<u8>,
    again: Vec<u8>,
}

/// Attempts to read a histogram between two changes. A process that observes all the time in all of its threads still has
/// pauses that are longer than a reading.
const ATTEMPTS: usize = 5;
/// Bytes of a blob's half before its text.
const BLOB_HEADER: usize = 16;

impl Scratch {
    /// Reads everything. `is_alive`: it may change meanwhile.
    pub(super) fn read(&mut self, window: &mut Window, file: &File, state: &State, is_alive: bool) -> Result<(), Skip> {
        self.read_chunks(file, state, is_alive)?;
        self.read_words(window, file, state)?;
        self.read_blobs(window, file, state)
    }

    /// The cells of a range.
    pub(super) fn of_range(&self, state: &State, range: usize) -> &[u64] {
        let start = self.starts[range];
        &self.cells[start..start + state.ranges[range].len as usize]
    }

    /// Value and time of a series that is a word.
    pub(super) fn value(&self, series: usize) -> [u64; 2] {
        self.values[series]
    }

    /// What a blob says; `None` if nothing was written whole.
    pub(super) fn blob(&self, blob: usize) -> Option<&[u8]> {
        self.texts[blob].clone().map(|text| &self.bytes[text])
    }

    fn read_chunks(&mut self, file: &File, state: &State, is_alive: bool) -> Result<(), Skip> {
        self.starts.clear();
        let mut total = 0;
        for range in &state.ranges {
            self.starts.push(total);
            total += range.len as usize;
        }
        self.cells.clear();
        self.cells.resize(total, 0);
        let mut chunks = &state.chunks[..];
        let mut first = 0;
        while let Some(range) = state.ranges.get(first) {
            let index = range.first >> CHUNK_BITS;
            let len = state.ranges[first..].iter().take_while(|range| range.first >> CHUNK_BITS == index).count();
            let at = chunks.partition_point(|chunk| chunk.index < index);
            chunks = &chunks[at..];
            let copies = chunks.partition_point(|chunk| chunk.index == index);
            for chunk in &chunks[..copies] {
                self.read_chunk(file, state, first..first + len, *chunk, is_alive)?;
            }
            first += len;
        }
        Ok(())
    }

    /// Adds one arena's copies of some ranges of a chunk.
    fn read_chunk(
        &mut self,
        file: &File,
        state: &State,
        ranges: Range<usize>,
        chunk: FileChunk,
        is_alive: bool,
    ) -> Result<(), Skip> {
        let (Some(first), Some(last)) = (state.ranges.get(ranges.start), state.ranges.get(ranges.end - 1)) else {
            return Ok(());
        };
        let low = first.first % CHUNK;
        let len = (last.first % CHUNK + last.len - low) as usize * 8;
        let at = chunk.offset + u64::from(low) * 8;
        let kind = |range: &CellRange| state.families[state.series[range.series].family].kind;
        let is_sequenced = |range: &CellRange| matches!(kind(range), Kind::Histogram | Kind::Summary);
        self.chunk.resize(len, 0);
        file.read_exact_at(&mut self.chunk, at)?;
        if is_alive && state.ranges[ranges.clone()].iter().any(is_sequenced) {
            self.again.resize(len, 0);
            file.read_exact_at(&mut self.again, at)?;
            for range in state.ranges[ranges.clone()].iter().filter(|range| is_sequenced(range)) {
                let place = bytes_of(range, low);
                let (chunk, again) = (&mut self.chunk[place.clone()], &mut self.again[place.clone()]);
                settle(file, at + place.start as u64, chunk, again)?;
            }
        }
        for at in ranges {
            let range = &state.ranges[at];
            let cells = self.chunk[bytes_of(range, low)].as_chunks().0.iter().map(|cell| u64::from_le_bytes(*cell));
            let sums = &mut self.cells[self.starts[at]..][..range.len as usize];
            let family = &state.families[state.series[range.series].family];
            for (at, (sum, cell)) in sums.iter_mut().zip(cells).enumerate() {
                let is_real = if is_sequenced(range) { at == 1 } else { family.number == Number::F64 };
                *sum = if is_real {
                    (f64::from_bits(*sum) + f64::from_bits(cell)).to_bits()
                } else {
                    sum.wrapping_add(cell)
                };
            }
        }
        Ok(())
    }

    fn read_words(&mut self, window: &mut Window, file: &File, state: &State) -> Result<(), Skip> {
        let mut word = |offset: u64| -> Result<[u64; 2], Skip> {
            let bytes = window.get(file, offset, 16)?.ok_or(Skip::Truncated)?;
            let word = |at: usize| bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
            Ok([word(0), word(8)])
        };
        self.values.clear();
        self.words.clear();
        self.words.resize(state.words.len(), 0);
        for series in &state.series {
            let value = match &series.place {
                FilePlace::Word(offset) if series.id.is_some() => word(*offset)?,
                FilePlace::Words(places) => {
                    for at in places.clone() {
                        self.words[at] = word(state.words[at])?[0];
                    }
                    [0; 2]
                }
                _ => [0; 2],
            };
            self.values.push(value);
        }
        Ok(())
    }

    fn read_blobs(&mut self, window: &mut Window, file: &File, state: &State) -> Result<(), Skip> {
        self.texts.clear();
        self.bytes.clear();
        for blob in &state.blobs {
            let capacity = blob.capacity as usize;
            let halves = window.get(file, blob.offset, 2 * capacity)?.ok_or(Skip::Truncated)?;
            let found = [&halves[..capacity], &halves[capacity..2 * capacity]].into_iter().filter_map(half);
            let text = found.max_by_key(|(number, _)| *number).map(|(_, text)| text);
            self.texts.push(text.map(|text| {
                let start = self.bytes.len();
                self.bytes.extend(text);
                start..self.bytes.len()
            }));
        }
        Ok(())
    }
}

/// Where a range's cells are in what was read of the chunk from cell `low` on.
fn bytes_of(range: &CellRange, low: u32) -> Range<usize> {
    let start = (range.first % CHUNK - low) as usize * 8;
    start..start + range.len as usize * 8
}

/// Reads a histogram's cells until two readings are the same, between two changes.
fn settle(file: &File, at: u64, cells: &mut [u8], again: &mut [u8]) -> Result<(), Skip> {
    for _ in 0..ATTEMPTS {
        let is_even = cells.first().is_none_or(|lowest| lowest % 2 == 0);
        if is_even && cells == again {
            break;
        }
        file.read_exact_at(cells, at)?;
        file.read_exact_at(again, at)?;
    }
    Ok(())
}

/// Number and text of a half, if that was written whole.
fn half(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let number = u64::from_le_bytes(*bytes.first_chunk()?);
    let [len, sum] =
        [8, 12].map(|at| bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|word| u32::from_le_bytes(*word)));
    let text = bytes.get(BLOB_HEADER..)?.get(..len? as usize)?;
    let mut hash = crc32fast::Hasher::new();
    hash.update(&bytes[..8]);
    hash.update(text);
    (number > 0 && hash.finalize() == sum?).then_some((number, text))
}
