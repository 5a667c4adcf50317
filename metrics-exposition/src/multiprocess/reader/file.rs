//! Opening a file, and whether its process lives.

use super::Skip;
use super::window::Window;
use crate::multiprocess::record::{BLOCK, HEADER, Header, HeaderError};
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io;

/// A file that is open, so that nothing that becomes of its name matters.
#[derive(Debug)]
pub(in crate::multiprocess) struct Opened {
    pub(super) file: File,
    pub(in crate::multiprocess) header: Header,
    pub(in crate::multiprocess) is_alive: bool,
}

impl Opened {
    /// How many bytes it has by now.
    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Which file it is, among all of the system.
    pub(in crate::multiprocess) fn identity(&self) -> io::Result<(u64, u64)> {
        use std::os::unix::fs::MetadataExt;
        let metadata = self.file.metadata()?;
        Ok((metadata.dev(), metadata.ino()))
    }
}

/// Looks at the header of a file.
pub(in crate::multiprocess) fn open(file: File) -> Result<Opened, Skip> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Skip::Foreign);
    }
    if metadata.len() == 0 {
        return Err(Skip::Empty);
    }
    let mut bytes = [0; HEADER];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 0)?;
    let header = parse(&bytes)?;
    let is_alive = !header.is_archive && is_alive(&file);
    Ok(Opened { file, header, is_alive })
}

/// Whether the process that made the file holds its lock. Where there are no locks, all live.
pub(in crate::multiprocess) fn is_alive(file: &File) -> bool {
    if flock(file, FlockOperation::NonBlockingLockShared).is_err() {
        return true;
    }
    // The file may be open for long.
    let _ = flock(file, FlockOperation::Unlock);
    false
}

pub(super) fn header(window: &mut Window, file: &File) -> Result<Header, Skip> {
    let bytes = window.get(file, 0, HEADER)?.and_then(|bytes| bytes.first_chunk());
    parse(bytes.ok_or(Skip::Truncated)?)
}

/// Where the log begins by now.
pub(super) fn block(file: &File) -> io::Result<u64> {
    let mut bytes = [0; 8];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, BLOCK as u64)?;
    Ok(u64::from_le_bytes(bytes))
}

fn parse(bytes: &[u8; HEADER]) -> Result<Header, Skip> {
    Header::decode(bytes).map_err(|error| match error {
        HeaderError::Foreign => Skip::Foreign,
        HeaderError::Version(_) => Skip::Version,
        HeaderError::Corrupt => Skip::Corrupt,
    })
}
