//! The directory, held open: whatever becomes of its name, all that is read and written is in one.

use super::reader::{Opened, Skip, open};
use rustix::fs::{AtFlags, Dir, Mode, OFlags, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::path::Path;

/// The file of what dead processes left.
pub(super) const ARCHIVE: &str = "archive.metrics";
/// The file whose lock a compactor holds.
pub(super) const LOCK: &str = "lock";
/// What is not whole yet begins with this.
pub(super) const NEW: &str = ".new-";

/// A directory of files of processes.
#[derive(Debug)]
pub(super) struct Directory(File);

/// What may be of use, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sort {
    /// Of one of our processes.
    Process,
    /// Of one of Python's.
    Python,
    /// Not whole, or never to be.
    New,
}

impl Directory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() { Ok(Self(file)) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    /// All names that may be of use, sorted.
    pub(super) fn names(&self) -> io::Result<Vec<(Sort, String)>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let sort = match name {
                ARCHIVE => continue,
                _ if name.starts_with(NEW) => Sort::New,
                _ if name.ends_with(".metrics") => Sort::Process,
                _ if name.ends_with(".db") => Sort::Python,
                _ => continue,
            };
            names.push((sort, name.to_owned()));
        }
        names.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
        Ok(names)
    }

    /// Opens a file to read it; `None` if there is none of this name (any more). A pipe is not waited for.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOFOLLOW;
        match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => Ok(Some(file.into())),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The same, with its header.
    pub(super) fn process(&self, name: &str) -> Option<Result<Opened, Skip>> {
        match self.read(name) {
            Ok(file) => file.map(open),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The archive, if there is one.
    pub(super) fn archive(&self) -> Option<Result<Opened, Skip>> {
        let archive = self.process(ARCHIVE)?;
        Some(archive.and_then(|archive| if archive.header.is_archive { Ok(archive) } else { Err(Skip::Foreign) }))
    }

    /// Which file has this name now, among all of the system.
    pub(super) fn identity(&self, name: &str) -> io::Result<Option<(u64, u64)>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            #[allow(clippy::useless_conversion, reason = "not of the same type on all systems")]
            Ok(stat) => Ok(Some((stat.st_dev.try_into().unwrap_or(0), stat.st_ino.into()))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A file to write, made if it is not there, or only if it is not.
    pub(super) fn create(&self, name: &str, is_new: bool) -> io::Result<File> {
        let mut flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        flags.set(OFlags::EXCL, is_new);
        Ok(openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&self.0, from, &self.0, to)?)
    }

    /// Whether it was there.
    pub(super) fn remove(&self, name: &str) -> io::Result<bool> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes sure that what has happened to names is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}
