//! Fork: the child counts from zero, in a file of its own that lies where its parent's was, so that no address changes.
//!
//! What is done in the child are system calls alone. A process that is only forked to be replaced (`exec`) leaves a file
//! that is dead at once, in which nothing was counted.

use super::file::{Full, Paths, header, reserve};
use super::log::{blocks, word};
use super::loss::say;
use super::names::{Known, Names};
use super::segments::Mapped;
use super::{File, Writer, now};
use crate::multiprocess::record::{HEADER, Place as Where, Record, Series};
use metrics_core::private::multiprocess::{CHUNK, IS_TIMED, Key, hold, hold_touches, let_go, let_go_in_child};
use rustix::fd::OwnedFd;
use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use std::cell::UnsafeCell;
use std::io;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{MutexGuard, OnceLock};

static WRITER: OnceLock<&'static Writer> = OnceLock::new();

/// Across a fork: the locks, and what the child is to have of its parent, if there is memory for that. Not the file
/// itself: by the time at which the child looks at it, the parent may have gone on.
struct Held {
    names: MutexGuard<'static, Names>,
    file: MutexGuard<'static, File>,
    legacy: Option<Fresh>,
}

struct Slot(UnsafeCell<Option<Held>>);

// SAFETY: touched by the thread that forks alone, which has stopped all others that might.
unsafe impl Sync for Slot {}

static HELD: Slot = Slot(UnsafeCell::new(None));

/// Has the system say when this process forks.
pub(in crate::multiprocess) fn watch_forks(writer: &'static Writer) -> io::Result<()> {
    let _ = WRITER.set(writer);
    // SAFETY: functions that may be called at any time, and stay.
    match unsafe { libc::pthread_atfork(Some(prepare), Some(in_parent), Some(in_child)) } {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

unsafe extern "C" fn prepare() {
    let Some(writer) = WRITER.get() else { return };
    hold();
    let names = writer.names();
    hold_touches();
    let file = writer.file();
    let legacy = Fresh::new(&file);
    if let Some(legacy) = &legacy {
        legacy.fill(&names, &file, &file.segments);
    }
    let held = Held { names, file, legacy };
    // SAFETY: see `Slot`.
    unsafe { *HELD.0.get() = Some(held) };
}

unsafe extern "C" fn in_parent() {
    // SAFETY: see `Slot`.
    if let Some(Held { names, file, legacy }) = unsafe { (*HELD.0.get()).take() } {
        drop((file, names));
        let_go();
        // Behind the locks: it takes a while.
        legacy.into_iter().for_each(Fresh::unmap);
    }
}

unsafe extern "C" fn in_child() {
    // SAFETY: see `Slot`.
    if let (Some(writer), Some(held)) = (WRITER.get(), unsafe { (*HELD.0.get()).take() }) {
        let Held { names, mut file, legacy } = held;
        writer.leave_parent(&names, &mut file, legacy.as_ref());
        legacy.into_iter().for_each(Fresh::unmap);
        drop((file, names));
        let_go_in_child();
    }
}

/// Memory that is like the file, but for what nobody needs there.
struct Fresh {
    start: NonNull<u8>,
    len: usize,
}

impl Writer {
    /// Puts a file of this process in the place of its parent's.
    fn leave_parent(&self, names: &Names, file: &mut File, legacy: Option<&Fresh>) {
        #[allow(clippy::cast_sign_loss, reason = "a process has no number below zero")]
        let pid = rustix::process::getpid().as_raw_nonzero().get() as u32;
        let random = mix(self.random.load(Relaxed) ^ u64::from(pid) << 32 ^ now());
        self.random.store(random, Relaxed);
        let made = match (Paths::new(&self.directory, pid, random), legacy) {
            (Some(paths), Some(legacy)) if !file.is_lost => replace(&paths, (pid, random), names, file, legacy),
            _ => Err(Full::NoFile),
        };
        match made {
            Ok(fd) => file.segments.fd = Some(fd),
            Err(full) => {
                file.segments.fd = None;
                file.is_lost = true;
                if isolate(file, legacy).is_none() {
                    say(format_args!("a forked process cannot get memory of its own to count in: it ends"));
                    std::process::abort();
                }
                let directory = &self.directory;
                say(format_args!(
                    "a forked process has no file in {directory}: {full}; what it counts is missing on the page of all \
                     processes"
                ));
            }
        }
    }
}

/// Makes the child's file, and has it lie where the parent's is.
fn replace(
    paths: &Paths,
    (pid, random): (u32, u64),
    names: &Names,
    file: &File,
    legacy: &Fresh,
) -> Result<OwnedFd, Full> {
    let fd = paths.create().map_err(Full::System)?;
    let filled = reserve(&fd, 0, file.segments.len()).and_then(|()| {
        let len = usize::try_from(file.segments.len()).map_err(|_| Full::TooLarge)?;
        // SAFETY: a new mapping, which takes no address that is in use.
        let start = unsafe { mmap(null_mut(), len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, &fd, 0) };
        let start = NonNull::new(start.map_err(Full::System)?.cast()).ok_or(Full::TooLarge)?;
        let fresh = Fresh { start, len };
        fresh.fill(names, file, legacy);
        // SAFETY: the first bytes are the header's.
        unsafe { fresh.start.cast::<[u8; HEADER]>().write(header(pid, now(), random, file.log.first)) };
        fresh.unmap();
        paths.finish().map_err(Full::System)
    });
    filled.inspect_err(|_| paths.remove())?;
    for segment in file.segments.iter() {
        let address = segment.address.as_ptr().cast();
        #[allow(clippy::cast_possible_truncation, reason = "it is mapped")]
        let len = segment.len as usize;
        let flags = MapFlags::SHARED | MapFlags::FIXED;
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: in the place of the parent's, of the same length. This process has no other thread.
        let mapped = unsafe { mmap(address, len, protection, flags, &fd, segment.offset) };
        mapped.map_err(Full::System).inspect_err(|_| paths.remove())?;
    }
    Ok(fd)
}

/// Puts memory of this process alone in the place of the parent's.
fn isolate(file: &File, legacy: Option<&Fresh>) -> Option<()> {
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    for segment in file.segments.iter() {
        let address = segment.address.as_ptr().cast();
        #[allow(clippy::cast_possible_truncation, reason = "it is mapped")]
        let (len, offset) = (segment.len as usize, segment.offset as usize);
        if legacy.is_some_and(|legacy| legacy.moves(offset, len, address)) {
            continue;
        }
        // SAFETY: in the place of the parent's, of the same length. This process has no other thread.
        unsafe { mmap_anonymous(address, len, protection, MapFlags::PRIVATE | MapFlags::FIXED) }.ok()?;
    }
    Some(())
}

impl Mapped for Fresh {
    fn address(&self, offset: u64) -> Option<NonNull<u8>> {
        let offset = usize::try_from(offset).ok().filter(|offset| *offset < self.len)?;
        // SAFETY: it is that long.
        Some(unsafe { self.start.add(offset) })
    }
}

impl Fresh {
    /// As long as the file, and empty.
    fn new(file: &File) -> Option<Self> {
        let (protection, len) = (ProtFlags::READ | ProtFlags::WRITE, usize::try_from(file.segments.len()).ok()?);
        // SAFETY: a new mapping, which takes no address that is in use.
        let start = unsafe { mmap_anonymous(null_mut(), len, protection, MapFlags::PRIVATE) }.ok()?;
        Some(Self { start: NonNull::new(start.cast())?, len })
    }

    fn copy(&self, from: &impl Mapped, offset: u64, len: u64) {
        let (Some(from), Some(to)) = (from.address(offset), self.address(offset)) else { return };
        #[allow(clippy::cast_possible_truncation, reason = "within what is mapped")]
        // SAFETY: both are that long: what is taken lies in one segment.
        unsafe {
            to.copy_from_nonoverlapping(from, len as usize);
        }
    }

    /// All that is the same in parent and child: names, and what infos say. Cells and words are zero, so that the child
    /// begins to count; but what a series is to have subtracted, its cells hold.
    fn fill(&self, names: &Names, file: &File, from: &impl Mapped) {
        for block in blocks(from, file.log.first) {
            self.copy(from, block.offset, block.len);
        }
        file.log.for_each(from, |record, _| {
            if let Record::Series(Series { place: Where::Word { offset }, .. }) = record {
                let flag = (IS_TIMED * size_of::<u64>()) as u64;
                self.copy(from, offset + flag, size_of::<u64>() as u64);
            }
        });
        for (key, known) in &names.known {
            match key {
                // Of what has no cells, only infos have texts.
                Key::Address(_) => {
                    for (_, blob) in &known.blobs {
                        self.copy(from, blob.offset, 2 * u64::from(blob.capacity));
                    }
                }
                Key::Cells(first) => self.balance(file, from, *first, known),
            }
        }
    }

    /// Has the cells of a series hold what it is to have subtracted, in whichever arena has them.
    fn balance(&self, file: &File, from: &impl Mapped, first: u32, known: &Known) {
        if known.sums.is_empty() {
            return;
        }
        #[allow(clippy::cast_possible_truncation, reason = "a chunk has 1,024 cells")]
        let (wanted, at) = (first / CHUNK as u32, u64::from(first) % CHUNK as u64);
        let mut chunk = None;
        file.log.for_each(from, |record, _| match record {
            Record::Chunk { index, offset, .. } if index == wanted => chunk = Some(offset),
            _ => {}
        });
        let Some(chunk) = chunk.and_then(|chunk| self.address(chunk)) else { return };
        for (cell, sum) in (at..).zip(&known.sums) {
            // SAFETY: a range of cells does not leave its chunk.
            unsafe { word(chunk, cell * size_of::<u64>() as u64) }.store(sum.to_le(), Relaxed);
        }
    }

    /// Moves a part to another address, in the place of what is there; whether it could.
    #[cfg(target_os = "linux")]
    fn moves(&self, offset: usize, len: usize, to: *mut std::ffi::c_void) -> bool {
        use rustix::mm::{MremapFlags, mremap_fixed};
        let Some(from) = self.address(offset as u64) else { return false };
        let from = from.as_ptr().cast();
        // SAFETY: a part of a mapping that nobody else has, and a place that is the parent's. This process has no other
        // thread.
        unsafe { mremap_fixed(from, len, len, MremapFlags::MAYMOVE, to) }.is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn moves(&self, _: usize, _: usize, _: *mut std::ffi::c_void) -> bool {
        false
    }

    fn unmap(self) {
        // SAFETY: nobody uses it any more.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

/// Another number, that nothing tells beforehand (splitmix64).
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
