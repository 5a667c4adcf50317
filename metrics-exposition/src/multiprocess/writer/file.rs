//! Making the file of a process, and making sure that there is room for it.

use crate::multiprocess::record::{BLOCK_HEADER, HEADER, Header};
use rustix::fd::OwnedFd;
use rustix::fs::{CWD, FallocateFlags, FlockOperation, Mode, OFlags, fallocate, flock, openat, renameat, unlinkat};
use rustix::io::{Errno, pwrite};
use rustix::process::{Resource, getrlimit};
use std::ffi::CStr;
use std::fmt::{self, Write};
use std::io;

/// The name of a file, and the one that it has until it is whole. Made without memory, because a forked child must not
/// ask for any.
pub(super) struct Paths {
    pub(super) unfinished: Text<PATH>,
    pub(super) whole: Text<PATH>,
}

const PATH: usize = 4_096;

impl Paths {
    /// `None`: they are too long.
    pub(super) fn new(directory: &str, pid: u32, random: u64) -> Option<Self> {
        let (mut unfinished, mut whole) = (Text::new(), Text::new());
        write!(unfinished, "{directory}/.new-{pid}-{random:016x}\0").ok()?;
        write!(whole, "{directory}/{pid}-{random:016x}.metrics\0").ok()?;
        Some(Self { unfinished, whole })
    }

    /// Makes the file, by the name that it has until it is whole, and locks it.
    pub(super) fn create(&self) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let fd = openat(CWD, self.unfinished.c_str(), flags, Mode::from_bits_truncate(0o644))?;
        if let Err(error) = flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            let _ = unlinkat(CWD, self.unfinished.c_str(), rustix::fs::AtFlags::empty());
            return Err(error);
        }
        Ok(fd)
    }

    /// It is whole.
    pub(super) fn finish(&self) -> Result<(), Errno> {
        renameat(CWD, self.unfinished.c_str(), CWD, self.whole.c_str())
    }

    /// It is not to be.
    pub(super) fn remove(&self) {
        let _ = unlinkat(CWD, self.unfinished.c_str(), rustix::fs::AtFlags::empty());
        let _ = unlinkat(CWD, self.whole.c_str(), rustix::fs::AtFlags::empty());
    }
}

/// The header of a process's file, whose log begins behind it.
pub(super) fn header(pid: u32, started: u64, random: u64, block: u64) -> [u8; HEADER] {
    const { assert!(BLOCK_HEADER.is_multiple_of(8)) };
    Header { is_archive: false, pid: pid.into(), started, random, block }.encode()
}

/// Why there is no room in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::multiprocess) enum Full {
    /// What the system said.
    System(Errno),
    /// More than the process may write to a file (`RLIMIT_FSIZE`): beyond that, it would be sent a signal.
    Limit,
    /// More than a file of ours may hold.
    TooLarge,
    /// There is none: this is a forked process that could not get one.
    NoFile,
}

impl Full {
    pub(super) fn of(error: &io::Error) -> Self {
        Errno::from_io_error(error).map_or(Self::TooLarge, Self::System)
    }
}

/// Without memory of the allocator, which may be what has come here.
impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::System(Errno::NOSPC) => f.write_str("no space is left on its file system"),
            Self::System(Errno::DQUOT) => f.write_str("the quota of its file system is used up"),
            Self::System(Errno::NOMEM) => f.write_str("there is no memory to map it"),
            Self::System(error) => write!(f, "the system refuses (error {})", error.raw_os_error()),
            Self::NoFile => f.write_str("it has none"),
            Self::Limit | Self::TooLarge => f.write_str("it may not be larger (see `ulimit -f`)"),
        }
    }
}

/// Has the file system give the file these bytes, all zero, so that writing to them cannot fail: where a page cannot be
/// had, writing to a mapping is a signal.
pub(super) fn reserve(fd: &OwnedFd, offset: u64, len: u64) -> Result<(), Full> {
    if getrlimit(Resource::Fsize).current.is_some_and(|limit| offset + len > limit) {
        return Err(Full::Limit);
    }
    loop {
        match fallocate(fd, FallocateFlags::empty(), offset, len) {
            Ok(()) => return Ok(()),
            Err(Errno::INTR) => {}
            // It knows no reserving. Then the bytes are written.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => return write_zeros(fd, offset, len),
            Err(error) => return Err(Full::System(error)),
        }
    }
}

fn write_zeros(fd: &OwnedFd, mut offset: u64, len: u64) -> Result<(), Full> {
    const ZEROS: [u8; 4_096] = [0; 4_096];
    let end = offset + len;
    while offset < end {
        let some = usize::try_from(end - offset).unwrap_or(usize::MAX).min(ZEROS.len());
        match pwrite(fd, &ZEROS[..some], offset) {
            Ok(0) => return Err(Full::System(Errno::IO)),
            Ok(written) => offset += written as u64,
            Err(Errno::INTR) => {}
            Err(error) => return Err(Full::System(error)),
        }
    }
    Ok(())
}

/// A text of at most so many bytes, on the stack.
pub(super) struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Up to the zero that was written to it.
    fn c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

impl<const N: usize> Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
