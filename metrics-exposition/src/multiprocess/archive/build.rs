//! A whole file in memory: words and blobs behind the header, then the cells of arena 0, then the log.

use crate::multiprocess::record::{BLOCK_HEADER, HEADER, Header, Place, Record};

/// A file that is put together.
#[derive(Debug)]
pub(in crate::multiprocess) struct Build {
    header: Header,
    /// What lies behind the header.
    extra: Vec<u8>,
    cells: Vec<u64>,
    log: Vec<u8>,
}

const CHUNK: usize = 1 << 10;
const LINE: usize = 128;

impl Build {
    pub(in crate::multiprocess) fn new(header: Header) -> Self {
        Self { header, extra: Vec::new(), cells: Vec::new(), log: Vec::new() }
    }

    /// Logs it; whether it was short enough.
    pub(in crate::multiprocess) fn log(&mut self, record: &Record<'_>) -> bool {
        record.append(&mut self.log)
    }

    /// Cells of a series; `None`: more than a chunk has.
    pub(in crate::multiprocess) fn cells(&mut self, cells: &[u64]) -> Option<Place<'static>> {
        if cells.is_empty() || cells.len() > CHUNK {
            return None;
        }
        let rest = CHUNK - self.cells.len() % CHUNK;
        if rest < cells.len() {
            self.cells.resize(self.cells.len() + rest, 0);
        }
        let first = u32::try_from(self.cells.len()).ok()?;
        self.cells.extend(cells);
        Some(Place::Cells { first, len: u32::try_from(cells.len()).ok()? })
    }

    /// A word and its time, on a line of its own. Where it is.
    pub(in crate::multiprocess) fn word(&mut self, value: u64, time: u64) -> u64 {
        self.align(LINE);
        let at = HEADER + self.extra.len();
        self.extra.extend(value.to_le_bytes());
        self.extra.extend(time.to_le_bytes());
        self.align(LINE);
        at as u64
    }

    /// A blob that says this: where it is, and its capacity.
    pub(in crate::multiprocess) fn blob(&mut self, text: &[u8]) -> Option<(u64, u32)> {
        let number = 1u64.to_le_bytes();
        let capacity = (16 + text.len()).next_multiple_of(8);
        let at = HEADER + self.extra.len();
        let mut hash = crc32fast::Hasher::new();
        hash.update(&number);
        hash.update(text);
        self.extra.extend(number);
        self.extra.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
        self.extra.extend(hash.finalize().to_le_bytes());
        self.extra.extend(text);
        self.extra.resize(at - HEADER + 2 * capacity, 0);
        Some((at as u64, u32::try_from(capacity).ok()?))
    }

    /// The file.
    pub(in crate::multiprocess) fn finish(mut self) -> Vec<u8> {
        self.align(8);
        self.cells.resize(self.cells.len().next_multiple_of(CHUNK), 0);
        let cells = HEADER + self.extra.len();
        for (index, at) in (0u32..).zip((0..self.cells.len()).step_by(CHUNK)) {
            self.log(&Record::Chunk { arena: 0, index, offset: (cells + at * 8) as u64 });
        }
        let block = (cells + self.cells.len() * 8) as u64;
        let mut file = Header { block, ..self.header }.encode().to_vec();
        file.extend(self.extra);
        file.extend(self.cells.iter().flat_map(|cell| cell.to_le_bytes()));
        // What comes behind the last record ends the log.
        self.log.extend([0; 8]);
        file.extend(0u64.to_le_bytes());
        file.extend(((BLOCK_HEADER + self.log.len()) as u64).to_le_bytes());
        file.extend(self.log);
        file
    }

    fn align(&mut self, to: usize) {
        let end = (HEADER + self.extra.len()).next_multiple_of(to);
        self.extra.resize(end - HEADER, 0);
    }
}
