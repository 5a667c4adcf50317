//! A part of a file in memory, for many small reads close to each other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes that are read at once. A log of a few hundred series fits.
const AHEAD: usize = 32 << 10;

/// Memory that is used for one file after the other.
#[derive(Debug, Default)]
pub(super) struct Window {
    start: u64,
    /// As long as it ever was, so that it is not cleared each time.
    bytes: Vec<u8>,
    /// How many of them were read.
    filled: usize,
}

impl Window {
    /// Another file, or the same as it is by now.
    pub(super) fn forget(&mut self) {
        self.filled = 0;
    }

    /// The bytes from `at` on, of which there are at least `len`; `None`: the file ends before.
    pub(super) fn get(&mut self, file: &File, at: u64, len: usize) -> io::Result<Option<&[u8]>> {
        let known = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let is_known = |from: &usize| from.checked_add(len).is_some_and(|end| end <= self.filled);
        let from = match known.filter(is_known) {
            Some(from) => from,
            None => {
                let most = len.max(AHEAD);
                if self.bytes.len() < most {
                    self.bytes.resize(most, 0);
                }
                (self.start, self.filled) = (at, 0);
                self.filled = read_up_to(file, &mut self.bytes[..most], at)?;
                0
            }
        };
        Ok((self.filled - from >= len).then(|| &self.bytes[from..self.filled]))
    }
}

/// Reads until the buffer is full or the file ends.
fn read_up_to(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], at + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
