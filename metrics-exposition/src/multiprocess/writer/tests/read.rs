//! What a file says, read in the simplest way, so that the writer is held against its format alone.

use crate::multiprocess::record::{
    BLOCK_HEADER, FRAME, Found, HEADER, Header, Mode, Number, Place, Record, label_of_word,
};
use metrics_core::model::Kind;
use metrics_core::private::multiprocess::NativeLabel;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct File {
    pub(super) header: Header,
    /// By name and labels: `jobs{kind="a"}`.
    pub(super) series: BTreeMap<String, Series>,
    /// Bytes of the log that was read.
    pub(super) log: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) kind: Kind,
    pub(super) mode: Mode,
    pub(super) number: Number,
    pub(super) help: String,
    pub(super) unit: String,
    pub(super) bounds: Vec<f64>,
    pub(super) states: Vec<String>,
    pub(super) created: u64,
    /// Cells, added up over all arenas, less what they were when it began; of a histogram, sums are doubles. Or words.
    pub(super) cells: Vec<u64>,
    /// Of a word: when it was set.
    pub(super) time: u64,
    /// By slot.
    pub(super) texts: BTreeMap<u32, Vec<u8>>,
    /// What native cells count, with the counts.
    pub(super) native: Vec<(NativeLabel, u64)>,
}

#[derive(Default)]
struct Open {
    family: u32,
    labels: String,
    created: u64,
    cells: Vec<(u32, u32)>,
    words: Vec<u64>,
    sums: Vec<u64>,
    native: Vec<i64>,
    blobs: BTreeMap<u32, (u64, u32)>,
}

struct Family {
    name: String,
    series: Series,
}

/// The files of a directory, by the processes' numbers.
pub(super) fn files(directory: &Path) -> BTreeMap<u64, (PathBuf, File)> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let ours = paths.filter(|path| path.extension().is_some_and(|extension| extension == "metrics"));
    let read = ours.map(|path| {
        let file = read(&path);
        (file.header.pid, (path, file))
    });
    read.collect()
}

fn number(bytes: &[u8], at: u64) -> u64 {
    let at = usize::try_from(at).unwrap();
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// # Panics
/// If a byte of it is not as the format says.
pub(super) fn read(path: &Path) -> File {
    let bytes = fs::read(path).unwrap();
    let header = Header::decode(bytes[..HEADER].try_into().unwrap()).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, format!("{}-{:016x}.metrics", header.pid, header.random));
    let (mut families, mut open) = (HashMap::new(), BTreeMap::<u32, Open>::new());
    let mut chunks = Vec::new();
    let (mut next, mut log) = (header.block, 0);
    while next != 0 {
        let (start, len) = (usize::try_from(next).unwrap(), usize::try_from(number(&bytes, next + 8)).unwrap());
        let mut rest = &bytes[start + BLOCK_HEADER..start + len];
        loop {
            match Record::decode(rest) {
                Found::Record(record, len) => {
                    apply(&record, &mut families, &mut open, &mut chunks);
                    (rest, log) = (&rest[len..], log + len);
                }
                // Behind it may be what somebody was about to append when he was killed.
                Found::End => break,
                Found::Needs(_) if rest.len() < FRAME => break,
                other => panic!("{other:?}"),
            }
        }
        next = number(&bytes, next);
    }
    let mut series = BTreeMap::new();
    for open in open.values() {
        let family: &Family = &families[&open.family];
        let one = open.series(&bytes, &family.series, &chunks);
        let name = format!("{}{{{}}}", family.name, open.labels);
        assert!(series.insert(name.clone(), one).is_none(), "{name} is there twice");
    }
    File { header, series, log }
}

fn apply(
    record: &Record<'_>,
    families: &mut HashMap<u32, Family>,
    open: &mut BTreeMap<u32, Open>,
    chunks: &mut Vec<(u32, u64)>,
) {
    match *record {
        Record::Family(family) => {
            let series = Series {
                kind: family.kind,
                mode: family.mode,
                number: family.number,
                help: family.help.as_str().into(),
                unit: family.unit.into(),
                bounds: family.bounds.iter().collect(),
                states: family.states.iter().map(str::to_owned).collect(),
                created: 0,
                cells: Vec::new(),
                time: 0,
                texts: BTreeMap::new(),
                native: Vec::new(),
            };
            families.insert(family.family, Family { name: family.name.as_str().into(), series });
        }
        Record::Series(series) => {
            let mut new = Open { family: series.family, created: series.created, ..Open::default() };
            new.labels = series.labels.as_str().into();
            match series.place {
                Place::Cells { first, len } => new.cells.push((first, len)),
                Place::Word { offset } => new.words.push(offset),
                Place::Words(words) => new.words.extend(words.iter()),
                Place::Nowhere => {}
            }
            assert!(open.keys().all(|before| *before < series.series), "numbers rise");
            open.insert(series.series, new);
        }
        Record::More { series, first, len, .. } => open.get_mut(&series).unwrap().cells.push((first, len)),
        Record::Gone { series } => assert!(open.remove(&series).is_some()),
        Record::Restart { series, created, sums } => {
            let open = open.get_mut(&series).unwrap();
            (open.created, open.sums) = (created, sums.iter().collect());
        }
        Record::Chunk { index, offset, .. } => chunks.push((index, offset)),
        Record::Native(native) => open.get_mut(&native.series).unwrap().native = native.labels.iter().collect(),
        Record::Bucket { series, cell, label, .. } => {
            let native = &mut open.get_mut(&series).unwrap().native;
            assert_eq!(native.len(), cell as usize);
            native.push(label);
        }
        Record::Blob { series, slot, offset, capacity } => {
            open.get_mut(&series).unwrap().blobs.insert(slot, (offset, capacity));
        }
        Record::Includes { .. } => panic!("no archive"),
    }
}

impl Open {
    fn series(&self, bytes: &[u8], family: &Series, chunks: &[(u32, u64)]) -> Series {
        let mut series = Series { created: self.created, ..family.clone() };
        let is_sequenced = matches!(family.kind, Kind::Histogram | Kind::Summary);
        let ranges: Vec<_> = self.cells.iter().map(|range| add_up(bytes, *range, chunks, family)).collect();
        let classic = if family.bounds.is_empty() { 0 } else { family.bounds.len() + 1 };
        let native: Vec<u64> = ranges.iter().flat_map(|cells| cells.iter().skip(2 + classic).copied()).collect();
        if !self.native.is_empty() {
            let labels = self.native.iter().map(|word| label_of_word(*word).unwrap());
            series.native = labels.zip(native.iter().copied()).filter(|(_, count)| *count > 0).collect();
            assert!(native[self.native.len()..].iter().all(|count| *count == 0), "all that is counted has a meaning");
        }
        for range in ranges {
            series.cells.resize(range.len().max(series.cells.len()), 0);
            for (at, (sum, cell)) in series.cells.iter_mut().zip(range).enumerate() {
                *sum = plus(*sum, cell, is_sequenced && at == 1 || family.number == Number::F64 && !is_sequenced);
            }
        }
        for (at, (sum, less)) in series.cells.iter_mut().zip(&self.sums).enumerate() {
            let is_double = is_sequenced && at == 1 || family.number == Number::F64 && !is_sequenced;
            *sum = if is_double {
                (f64::from_bits(*sum) - f64::from_bits(*less)).to_bits()
            } else {
                sum.wrapping_sub(*less)
            };
        }
        series.cells.extend(self.words.iter().map(|word| number(bytes, *word)));
        series.time = self.words.first().map_or(0, |word| number(bytes, word + 8));
        for (slot, (offset, capacity)) in &self.blobs {
            let halves = [0, 1].into_iter().filter_map(|half| text(bytes, offset + half * u64::from(*capacity)));
            let (_, text) = halves.max_by_key(|(number, _)| *number).expect("a blob has a text");
            if !text.is_empty() {
                series.texts.insert(*slot, text);
            }
        }
        series
    }
}

fn add_up(bytes: &[u8], (first, len): (u32, u32), chunks: &[(u32, u64)], family: &Series) -> Vec<u64> {
    let is_sequenced = matches!(family.kind, Kind::Histogram | Kind::Summary);
    let mut all = vec![0; len as usize];
    for (_, offset) in chunks.iter().filter(|(index, _)| *index == first >> 10) {
        for (at, sum) in all.iter_mut().enumerate() {
            let cell = number(bytes, offset + 8 * (u64::from(first % 1_024) + at as u64));
            let is_double = is_sequenced && at == 1 || family.number == Number::F64 && !is_sequenced;
            *sum = plus(*sum, cell, is_double);
        }
    }
    all
}

fn plus(a: u64, b: u64, is_double: bool) -> u64 {
    if is_double { (f64::from_bits(a) + f64::from_bits(b)).to_bits() } else { a.wrapping_add(b) }
}

/// A half that is whole.
fn text(bytes: &[u8], at: u64) -> Option<(u64, Vec<u8>)> {
    let at = usize::try_from(at).unwrap();
    let n = number(bytes, at as u64);
    let len = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
    let sum = u32::from_le_bytes(bytes[at + 12..at + 16].try_into().unwrap());
    let text = bytes.get(at + 16..at + 16 + len)?;
    let mut expected = crc32fast::Hasher::new();
    expected.update(&n.to_le_bytes());
    expected.update(text);
    (n > 0 && expected.finalize() == sum).then(|| (n, text.to_vec()))
}
