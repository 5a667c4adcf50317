//! The file in which this process counts: where its cells lie, and the log that says what they are.
//!
//! Two locks, and the second is taken last. That of the names may be held while memory is allocated, and is not taken by
//! first touches. That of the file is taken by them too, so that nobody who holds it allocates: the allocator may be
//! counting in a cell whose chunk is just being made.

#![allow(unsafe_code, reason = "a file that is mapped, and a process that forks; each block says why that is sound")]

mod blob;
mod file;
mod fork;
mod journal;
mod log;
mod loss;
mod names;
mod rewrite;
mod segments;
#[cfg(test)]
mod tests;

use super::record::{BLOCK_HEADER, HEADER, Record};
use file::{Full, Paths};
use log::{Change, Log};
use loss::Loss;
use metrics_core::private::multiprocess::{CHUNK, Key, LINE, Shared};
use names::Names;
use rustix::io::Errno;
use segments::Segments;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) use fork::watch_forks;
pub(super) use loss::Losses;

/// Of this process.
pub(super) struct Writer {
    names: Mutex<Names>,
    file: Mutex<File>,
    /// Whole, and without a `/` at its end.
    directory: Box<str>,
    random: AtomicU64,
    chunks: AtomicU64,
    loss: Loss,
}

pub(super) struct File {
    segments: Segments,
    log: Log,
    /// A child of a fork that could not make a file: nobody reads what it counts.
    is_lost: bool,
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum CreateError {
    /// It could not be made in the directory.
    Create(Errno),
    /// There is no room for it.
    Full(Full),
}

impl Writer {
    /// Makes the file.
    pub(super) fn create(directory: &str, random: u64) -> Result<Self, CreateError> {
        let pid = std::process::id();
        let paths = Paths::new(directory, pid, random).ok_or(CreateError::Create(Errno::NAMETOOLONG))?;
        let fd = paths.create().map_err(CreateError::Create)?;
        let (mut file, loss) = File::new(Segments::new(fd), pid, random).map_err(|full| {
            paths.remove();
            CreateError::Full(full)
        })?;
        let mut names = Names::default();
        let announced = loss.announce(&mut names, &mut file).map_err(CreateError::Full);
        let finished = announced.and_then(|()| paths.finish().map_err(CreateError::Create));
        finished.inspect_err(|_| paths.remove())?;
        Ok(Self {
            names: Mutex::new(names),
            file: Mutex::new(file),
            directory: directory.into(),
            random: AtomicU64::new(random),
            chunks: AtomicU64::new(0),
            loss,
        })
    }

    /// There is to be no file after all.
    pub(super) fn remove(&self) {
        if let Some(paths) = Paths::new(&self.directory, std::process::id(), self.random.load(Relaxed)) {
            paths.remove();
        }
    }

    /// What was lost.
    pub(super) fn losses(&self) -> u64 {
        self.loss.count()
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends these, all or none, or counts that it could not.
    fn append(&self, records: &[Record<'_>], change: Change) -> bool {
        let appended = self.file().append(records, change);
        self.count_loss(appended).is_some()
    }

    /// Not to be called under the lock of the file.
    fn count_loss<T>(&self, result: Result<T, Full>) -> Option<T> {
        result.inspect_err(|full| self.loss.of(*full, &self.directory)).ok()
    }
}

impl File {
    fn new(mut segments: Segments, pid: u32, random: u64) -> Result<(Self, Loss), Full> {
        let place = segments.take(HEADER as u64)?;
        let log = Log::new(&mut segments)?;
        let header = file::header(pid, now(), random, log.first);
        // SAFETY: there is room for it, and nobody knows it yet.
        unsafe { place.address.cast::<[u8; HEADER]>().write(header) };
        let word = segments.take(size_of::<[u64; LINE]>() as u64)?;
        Ok((Self { segments, log, is_lost: false }, Loss::new(word)))
    }

    fn append(&mut self, records: &[Record<'_>], change: Change) -> Result<(), Full> {
        if self.is_lost {
            return Ok(());
        }
        self.log.append(&mut self.segments, records, change)
    }

    fn chunk(&mut self, arena: u32, index: u32) -> Result<NonNull<u8>, Full> {
        if self.is_lost {
            return Err(Full::NoFile);
        }
        let place = self.segments.take(size_of::<[u64; CHUNK]>() as u64)?;
        // Where this fails, the chunk is lost too: the file has no room at all then.
        self.append(&[Record::Chunk { arena, index, offset: place.offset }], Change::default())?;
        Ok(place.address)
    }
}

// SAFETY: what it gives is taken from segments, each part once; these are reserved, mapped for ever, and zero.
unsafe impl Shared for Writer {
    fn chunk(&self, arena: u32, index: u32) -> Option<NonNull<AtomicU64>> {
        let taken = self.file().chunk(arena, index);
        let chunk = self.count_loss(taken)?.cast();
        self.chunks.fetch_add(1, Relaxed);
        Some(chunk)
    }

    fn word(&self) -> Option<NonNull<AtomicU64>> {
        let taken = {
            let mut file = self.file();
            if file.is_lost { Err(Full::NoFile) } else { file.segments.take(size_of::<[u64; LINE]>() as u64) }
        };
        Some(self.count_loss(taken)?.address.cast())
    }

    fn free_cells(&self, first: u32) {
        self.end_key(Key::Cells(first));
    }

    fn free_word(&self, word: NonNull<AtomicU64>) {
        self.end_key(Key::Address(word.addr().get()));
    }

    fn bytes(&self) -> u64 {
        self.chunks.load(Relaxed) * size_of::<[u64; CHUNK]>() as u64
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

const _: () = assert!(HEADER <= 128 && BLOCK_HEADER == 16);
