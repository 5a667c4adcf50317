//! A log that is mostly dead is written anew, without what says nothing any more.

use super::Writer;
use super::names::Names;
use crate::multiprocess::record::{Found, Record};
use std::collections::{HashMap, HashSet};

/// Bytes of dead records that are never worth it.
const WORTH_IT: u64 = 32 << 10;

impl Writer {
    /// Names are locked: nothing is appended meanwhile, but what first touches append.
    pub(super) fn rewrite_if_dead(&self, names: &mut Names) {
        let len = self.file().log.len;
        if names.dead < WORTH_IT || names.dead < len / 2 {
            return;
        }
        let living: HashSet<u32> = names.known.values().map(|known| known.series).collect();
        let (records, from) = self.living_records(&living);
        let replaced = {
            let mut file = self.file();
            let file = &mut *file;
            if file.is_lost { Ok(()) } else { file.log.replace(&mut file.segments, &records, from) }
        };
        // Where it fails, it is tried again when as much has died again.
        names.dead = 0;
        self.count_loss(replaced);
    }

    /// The records that still say something, and how long the log was that they are from.
    fn living_records(&self, living: &HashSet<u32>) -> (Vec<u8>, u64) {
        // Room first: nothing is allocated while the file is locked, or it would wait for itself where the allocator counts.
        let room = self.file().log.len;
        let mut log = Vec::with_capacity(usize::try_from(room).unwrap_or(0) + (64 << 10));
        let mut is_full = false;
        {
            let file = self.file();
            file.log.for_each(&file.segments, |_, bytes| {
                is_full |= log.capacity() - log.len() < bytes.len();
                if !is_full {
                    log.extend_from_slice(bytes);
                }
            });
        }
        let from = log.len() as u64;
        let is_first = |record: &Record<'_>| match record {
            // The loss counter, which is nobody's, and all families.
            Record::Series(series) => series.series == 0,
            _ => false,
        };
        let mut last: HashMap<(u8, u32, u32), usize> = HashMap::new();
        for (at, (record, _)) in records(&log).enumerate() {
            if let Some(what) = replaced_by_next(&record) {
                last.insert(what, at);
            }
        }
        let mut out = Vec::with_capacity(log.len());
        for (at, (record, bytes)) in records(&log).enumerate() {
            let lives = match series_of(&record) {
                None => !matches!(record, Record::Gone { .. }),
                Some(series) => is_first(&record) || living.contains(&series),
            };
            let holds = match record {
                Record::Bucket { series, .. } => last.get(&(NATIVE, series, 0)).is_none_or(|native| *native < at),
                _ => replaced_by_next(&record).is_none_or(|what| last.get(&what) == Some(&at)),
            };
            if lives && holds {
                out.extend_from_slice(bytes);
            }
        }
        (out, from)
    }
}

const NATIVE: u8 = 0;

/// What only the last of holds.
fn replaced_by_next(record: &Record<'_>) -> Option<(u8, u32, u32)> {
    match record {
        Record::Native(native) => Some((NATIVE, native.series, 0)),
        Record::Restart { series, .. } => Some((1, *series, 0)),
        Record::Blob { series, slot, .. } => Some((2, *series, *slot)),
        _ => None,
    }
}

fn series_of(record: &Record<'_>) -> Option<u32> {
    match record {
        Record::Series(series) => Some(series.series),
        Record::Native(native) => Some(native.series),
        Record::More { series, .. }
        | Record::Restart { series, .. }
        | Record::Bucket { series, .. }
        | Record::Blob { series, .. } => Some(*series),
        Record::Family(_) | Record::Gone { .. } | Record::Chunk { .. } | Record::Includes { .. } => None,
    }
}

/// Records behind one another.
fn records(mut rest: &[u8]) -> impl Iterator<Item = (Record<'_>, &[u8])> {
    std::iter::from_fn(move || {
        let Found::Record(record, len) = Record::decode(rest) else { return None };
        let (this, behind) = rest.split_at(len);
        rest = behind;
        Some((record, this))
    })
}
