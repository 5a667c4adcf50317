//! The compactor: dead processes' files become a part of the archive.
//!
//! At each moment the directory says the same, killed or not: before the rename there is what was there before; behind it
//! the archive says of each file that is in it that it is, until that file is gone.

use super::write::write;
use crate::multiprocess::directory::{ARCHIVE, Directory, LOCK, NEW, Sort};
use crate::multiprocess::merge::Table;
use crate::multiprocess::reader::{Opened, Reader, Skip, is_alive};
use crate::random::random;
use rustix::fs::{FlockOperation, flock};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// Called before each thing that the system is asked for.
pub(super) type Step<'a> = &'a mut dyn FnMut();

/// What is not whole for so long never will be.
const HOUR: Duration = Duration::from_secs(3_600);
/// Bytes that are written at once.
const PIECE: usize = 1 << 20;

/// A file of a dead process.
struct Dead {
    started: u64,
    random: u64,
    name: String,
}

/// How many files became a part of the archive; those of this process number, or of all. `None`: somebody else compacts.
pub(super) fn compact(path: &Path, most: usize, pid: Option<u64>, step: Step<'_>) -> io::Result<Option<usize>> {
    step();
    let directory = Directory::open(path)?;
    let Some(_lock) = lock(&directory, step)? else { return Ok(None) };
    let mut reader = Reader::default();
    let archive = match directory.archive() {
        None => None,
        Some(Ok(archive)) => Some(archive),
        Some(Err(skip)) => return Err(unusable(skip)),
    };
    let included: HashSet<u64> = archive.iter().flat_map(|archive| reader.includes(archive)).collect();
    let (mut dead, mut left) = (Vec::new(), Vec::new());
    for (sort, name) in directory.names()? {
        match sort {
            Sort::New => remove_stale(&directory, &name, step),
            Sort::Python => {}
            Sort::Process => {
                step();
                let Some(Ok(Opened { header, is_alive: false, .. })) = directory.process(&name) else { continue };
                let found = Dead { started: header.started, random: header.random, name };
                if header.is_archive {
                } else if included.contains(&header.random) {
                    left.push(found);
                } else if pid.is_none_or(|pid| pid == header.pid) {
                    dead.push(found);
                }
            }
        }
    }
    // The oldest, if not all.
    dead.sort_unstable_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
    dead.truncate(most);
    let mut table = Table::of_the_dead();
    table.begin();
    let mut compacted = Vec::new();
    for dead in dead.into_iter().rev() {
        step();
        let Some(Ok(opened)) = directory.process(&dead.name) else { continue };
        // What is not whole stays what it is, to be looked at, and is counted by each scrape.
        if !opened.is_alive && reader.add_whole(&opened, &opened.header.pid.to_string(), &mut table).is_ok() {
            compacted.push(dead);
        }
    }
    if !compacted.is_empty() {
        if let Some(archive) = &archive {
            reader.add_whole(archive, "", &mut table).map_err(unusable)?;
        }
        table.end();
        let includes: Vec<_> = left.iter().chain(&compacted).map(|dead| dead.random).collect();
        replace(&directory, &write(&table, random(), &includes), step)?;
    }
    for Dead { name, .. } in left.iter().chain(&compacted) {
        step();
        directory.remove(name)?;
    }
    Ok(Some(compacted.len()))
}

/// The lock, unless somebody has it, or it is not that of the directory any more.
fn lock(directory: &Directory, step: Step<'_>) -> io::Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;
    step();
    let file = directory.create(LOCK, false)?;
    step();
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    let metadata = file.metadata()?;
    let is_there = directory.identity(LOCK)? == Some((metadata.dev(), metadata.ino()));
    Ok(is_there.then_some(file))
}

/// Makes these bytes the archive.
fn replace(directory: &Directory, bytes: &[u8], step: Step<'_>) -> io::Result<()> {
    let name = format!("{NEW}archive-{:016x}", random());
    let written = (|| {
        step();
        let mut file = directory.create(&name, true)?;
        for piece in bytes.chunks(PIECE) {
            step();
            file.write_all(piece)?;
        }
        step();
        file.sync_all()?;
        step();
        directory.rename(&name, ARCHIVE)
    })();
    if written.is_err() {
        let _ = directory.remove(&name);
    }
    written?;
    step();
    directory.sync()
}

/// Removes what somebody was killed over. Of archives there is one maker, who has the lock.
fn remove_stale(directory: &Directory, name: &str, step: Step<'_>) {
    let is_stale = name.starts_with(&format!("{NEW}archive-")) || {
        let file = directory.read(name).ok().flatten();
        file.is_some_and(|file| !is_alive(&file) && age(&file).is_some_and(|age| age > HOUR))
    };
    if is_stale {
        step();
        let _ = directory.remove(name);
    }
}

fn age(file: &File) -> Option<Duration> {
    file.metadata().ok()?.modified().ok()?.elapsed().ok()
}

fn unusable(skip: Skip) -> io::Error {
    let what = format!("{ARCHIVE} is {skip}: move it away, or what dead processes left cannot be compacted");
    io::Error::new(io::ErrorKind::InvalidData, what)
}
