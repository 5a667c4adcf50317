//! The log of a file, record by record.

use super::Skip;
use super::window::Window;
use crate::multiprocess::record::{BLOCK_HEADER, FRAME, Found, HEADER, Record};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Where a reading of a log is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    block: u64,
    at: u64,
    end: u64,
    /// Bytes that may still be read: a log that is longer than its file runs in a circle.
    left: u64,
}

impl Log {
    /// From its first block on.
    pub(super) fn new(window: &mut Window, file: &File, block: u64, len: u64) -> Result<Self, Skip> {
        let mut log = Self { block: 0, at: 0, end: 0, left: len };
        log.enter(window, file, block, len)?;
        Ok(log)
    }

    fn enter(&mut self, window: &mut Window, file: &File, block: u64, len: u64) -> Result<(), Skip> {
        if block < HEADER as u64 || !block.is_multiple_of(8) {
            return Err(Skip::Corrupt);
        }
        let [_, size] = words(window.get(file, block, BLOCK_HEADER)?.ok_or(Skip::Truncated)?);
        let end = block.checked_add(size).filter(|_| size >= BLOCK_HEADER as u64).ok_or(Skip::Corrupt)?;
        if end > len {
            return Err(Skip::Truncated);
        }
        self.left = self.left.checked_sub(size).ok_or(Skip::Corrupt)?;
        (self.block, self.at, self.end) = (block, block + BLOCK_HEADER as u64, end);
        Ok(())
    }

    /// The next record, if there is one by now. `len` is that of the file.
    pub(super) fn next<'w>(
        &mut self,
        window: &'w mut Window,
        file: &File,
        len: u64,
    ) -> Result<Option<Record<'w>>, Skip> {
        loop {
            match self.look(window, file)? {
                Look::Record(size) => {
                    let at = self.at;
                    self.at += size as u64;
                    let bytes = window.get(file, at, size)?.ok_or(Skip::Truncated)?;
                    return Record::decode_again(bytes).map(Some).ok_or(Skip::Corrupt);
                }
                Look::Unknown(size) => self.at += size as u64,
                Look::End => {
                    let mut next = [0; 8];
                    file.read_exact_at(&mut next, self.block)?;
                    let next = u64::from_le_bytes(next);
                    if next == 0 {
                        return Ok(None);
                    }
                    // This block is full, and so it was when it got a next one: what is missing was read ahead of it.
                    window.forget();
                    if matches!(self.look(window, file)?, Look::End) {
                        self.enter(window, file, next, len)?;
                    }
                }
            }
        }
    }

    /// Whether anything came behind the record that was read last.
    pub(super) fn has_more(&self, file: &File) -> Result<bool, Skip> {
        let is_set = |at: u64| -> Result<bool, Skip> {
            let mut bytes = [0; 8];
            file.read_exact_at(&mut bytes, at)?;
            Ok(bytes != [0; 8])
        };
        Ok(is_set(self.block)? || (self.end - self.at >= FRAME as u64 && is_set(self.at)?))
    }

    fn look(&self, window: &mut Window, file: &File) -> Result<Look, Skip> {
        let rest = usize::try_from(self.end - self.at).map_err(|_| Skip::Corrupt)?;
        let mut needs = FRAME;
        while needs <= rest {
            let bytes = window.get(file, self.at, needs)?.ok_or(Skip::Truncated)?;
            let bytes = &bytes[..bytes.len().min(rest)];
            match Record::decode(bytes) {
                Found::Record(_, size) => return Ok(Look::Record(size)),
                Found::Unknown(size) => return Ok(Look::Unknown(size)),
                Found::End => return Ok(Look::End),
                Found::Needs(more) if more > needs => needs = more,
                Found::Needs(_) | Found::Corrupt => return Err(Skip::Corrupt),
            }
        }
        // A record does not cross the end of its block.
        if needs > FRAME { Err(Skip::Corrupt) } else { Ok(Look::End) }
    }
}

enum Look {
    Record(usize),
    Unknown(usize),
    End,
}

fn words(bytes: &[u8]) -> [u64; 2] {
    let word =
        |at: usize| bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word));
    [word(0), word(8)]
}
