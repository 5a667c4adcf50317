//! The file of this process, as memory: reserved first, then mapped, piece by piece, so that no address ever changes.

use super::file::{Full, reserve};
use rustix::fd::OwnedFd;
use rustix::mm::{MapFlags, ProtFlags, mmap};
use std::io;
use std::ptr::{NonNull, null_mut};

/// What is mapped at one go, at least and at most; larger is only what would not fit otherwise.
const LEAST: u64 = 64 << 10;
const MOST: u64 = 1 << 20;
/// Segments of a file: four gigabytes of the largest.
const SEGMENTS: usize = 4_096;
/// Whatever is taken begins at a multiple of that: a line of cells.
const ALIGN: u64 = 128;
/// Ends of segments that are kept for what is small.
const ENDS: usize = 8;

/// A place in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) address: NonNull<u8>,
    pub(super) offset: u64,
    pub(super) len: u64,
}

// SAFETY: an address of a mapping that stays for ever; who uses it says how.
unsafe impl Send for Place {}
// SAFETY: the same.
unsafe impl Sync for Place {}

#[derive(Debug)]
pub(super) struct Segments {
    /// `None`: a forked process that has none.
    pub(super) fd: Option<OwnedFd>,
    /// Not a `Vec`: it must not grow, because the allocator may be counting in a cell.
    all: Box<[Option<Place>]>,
    count: usize,
    /// Of the file, all of which is mapped.
    len: u64,
    /// What is free of the newest.
    rest: Place,
    ends: [Option<Place>; ENDS],
}

impl Place {
    const EMPTY: Self = Self { address: NonNull::dangling(), offset: 0, len: 0 };

    /// Its first bytes, if it has so many.
    fn take(&mut self, len: u64) -> Option<Self> {
        let rest = self.len.checked_sub(len)?;
        let taken = Self { len, ..*self };
        // SAFETY: it is that long.
        let address = unsafe { self.address.add(usize::try_from(len).ok()?) };
        *self = Self { address, offset: self.offset + len, len: rest };
        Some(taken)
    }
}

/// Where places in the file lie in memory.
pub(super) trait Mapped {
    fn address(&self, offset: u64) -> Option<NonNull<u8>>;
}

impl Mapped for Segments {
    fn address(&self, offset: u64) -> Option<NonNull<u8>> {
        self.iter().find_map(|segment| {
            let within = offset.checked_sub(segment.offset).filter(|within| *within < segment.len)?;
            // SAFETY: it is that long.
            Some(unsafe { segment.address.add(usize::try_from(within).ok()?) })
        })
    }
}

impl Segments {
    /// Of an empty file.
    pub(super) fn new(fd: OwnedFd) -> Self {
        Self {
            fd: Some(fd),
            all: vec![None; SEGMENTS].into(),
            count: 0,
            len: 0,
            rest: Place::EMPTY,
            ends: [None; ENDS],
        }
    }

    /// Zeroed memory of at least this length.
    pub(super) fn take(&mut self, len: u64) -> Result<Place, Full> {
        let len = len.next_multiple_of(ALIGN);
        if let Some(taken) = self.ends.iter_mut().flatten().find_map(|end| end.take(len)) {
            return Ok(taken);
        }
        if self.rest.len < len {
            self.grow(len)?;
        }
        self.rest.take(len).ok_or(Full::TooLarge)
    }

    fn grow(&mut self, len: u64) -> Result<(), Full> {
        if self.count == self.all.len() {
            return Err(Full::TooLarge);
        }
        // By a little: many processes are not to take twice what they need.
        let size = (self.len / 16).clamp(LEAST, MOST).max(len).next_multiple_of(LEAST);
        let fd = self.fd.as_ref().ok_or(Full::NoFile)?;
        reserve(fd, self.len, size)?;
        let mapped = map(fd, self.len, size).map_err(|error| Full::of(&error))?;
        self.all[self.count] = Some(mapped);
        self.count += 1;
        self.len += size;
        // The smallest makes place for what is left of the one before.
        let left = std::mem::replace(&mut self.rest, mapped);
        let smallest = self.ends.iter_mut().min_by_key(|end| end.map_or(0, |end| end.len));
        if let Some(smallest) = smallest.filter(|end| end.map_or(0, |end| end.len) < left.len) {
            *smallest = Some(left);
        }
        Ok(())
    }

    /// Of the file.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// What is mapped.
    pub(super) fn iter(&self) -> impl Iterator<Item = Place> {
        self.all.iter().flatten().copied()
    }

    /// Where in the file an address lies.
    pub(super) fn offset(&self, address: usize) -> Option<u64> {
        self.iter().find_map(|segment| {
            let within = (address as u64).checked_sub(segment.address.addr().get() as u64)?;
            (within < segment.len).then(|| segment.offset + within)
        })
    }
}

/// Maps a part of a file that is reserved.
fn map(fd: &OwnedFd, offset: u64, len: u64) -> io::Result<Place> {
    let bytes = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // SAFETY: a new mapping, which takes no address that is in use.
    let start = unsafe { mmap(null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, fd, offset) }?;
    let address = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
    Ok(Place { address, offset, len })
}
