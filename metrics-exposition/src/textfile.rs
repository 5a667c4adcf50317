//! A file that [node_exporter's textfile collector][collector] reads: metrics of what runs from time to time, or has no
//! port of its own.
//!
//! ```
//! use metrics_core::{Counter, Registry, registry::Definition};
//! use metrics_exposition::textfile;
//! use std::sync::Arc;
//!
//! let registry = Registry::new();
//! registry.register(Definition::new("backups", "Backups made."), Arc::new(Counter::new()))?;
//!
//! # let folder = std::env::temp_dir();
//! // The folder that node_exporter got as `--collector.textfile.directory`.
//! let path = folder.join("backup.prom");
//! textfile::write(&path, &registry)?;
//! assert!(std::fs::read_to_string(&path)?.ends_with("\nbackups_total 0\n"));
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a reader sees
//!
//! The old file or the new one, whole, at any time, also if the disk is full or the machine loses its power: what is
//! written goes to another file in the same folder, and when it has reached the disk, that takes the name. If anything fails,
//! the old file stays as it is, and the other one is removed. One that a crash has left behind begins with a dot and does
//! not end with `.prom`, so that node_exporter does not read it; who writes to the same path an hour later removes it.
//!
//! The new file has the permissions of the old one, and its owner and group as far as the system allows; where there was
//! none, those that the process gives to all its files, so that mind its umask. A symbolic link stays one.
//!
//! # What stands in it
//!
//! The [text format](crate::text), which is all that node_exporter reads. It refuses a file in which any sample has a time of
//! its own: those times are left out. It shows the time at which the file was written as `node_textfile_mtime_seconds`.
//!
//! [collector]: https://github.com/prometheus/node_exporter#textfile-collector

use crate::encoder::EncoderOptions;
use crate::push::{self, Backend, Meter, PushError, Pushing};
use crate::random::random;
use crate::{text, untimed};
use metrics_core::Registry;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Writes a registry to the file at `path`, see the [module](self). Callable from several threads and processes at once:
/// the last one wins, with a whole file.
///
/// # Errors
/// If the file cannot be written: the error names it. The one that was there before is still there.
pub fn write(path: impl AsRef<Path>, registry: &Registry) -> io::Result<()> {
    replace(path.as_ref(), &page(registry))
}

/// Keeps a file up to date.
///
/// ```no_run
/// use metrics_core::Registry;
/// use metrics_exposition::{push, textfile::Textfile};
/// use std::time::{Duration, SystemTime};
///
/// let file = Textfile::new("/var/lib/node_exporter/shop.prom", Registry::global());
/// let pushing = file.start(push::Options::new().interval(Duration::from_secs(15)))?;
/// // … at the end of the program:
/// pushing.stop()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Textfile {
    path: PathBuf,
    registry: Registry,
}

impl Textfile {
    /// The file at `path`, which need not exist; its folder must.
    pub fn new(path: impl Into<PathBuf>, registry: &Registry) -> Self {
        Self { path: path.into(), registry: registry.clone() }
    }

    /// Writes it at an interval, on a thread of its own. The [timeout](push::Options::timeout) does not hold: nothing can
    /// stop a write.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(self, options: push::Options) -> io::Result<Pushing> {
        push::start(self, options)
    }
}

impl Backend for Textfile {
    fn name(&self) -> &'static str {
        "textfile"
    }

    fn address(&self) -> String {
        self.path.display().to_string()
    }

    fn send(&mut self, _: Duration, meter: &Meter) -> Result<(), PushError> {
        let page = page(&self.registry);
        replace(&self.path, &page)?;
        meter.sent(page.len());
        Ok(())
    }
}

fn page(registry: &Registry) -> Vec<u8> {
    untimed::page(text::FORMAT.encoder(EncoderOptions::default()), registry)
}

fn replace(path: &Path, page: &[u8]) -> io::Result<()> {
    // What a link points to is replaced, and not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    try_replace(&target, page).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn try_replace(path: &Path, page: &[u8]) -> io::Result<()> {
    let beside = beside(path)?;
    // Not one that somebody else has put there, to write elsewhere by our hand.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let new = Temporary(beside);
    if let Ok(old) = fs::metadata(path) {
        keep_permissions(&old, &file)?;
    }
    file.write_all(page)?;
    file.sync_all()?;
    if let Ok(now) = file.metadata().and_then(|metadata| metadata.modified()) {
        remove_abandoned(path, now);
    }
    drop(file);
    fs::rename(&new.0, path)?;
    std::mem::forget(new);
    sync_folder(path)
}

/// A name in the same folder, and so in the same file system, that nobody else has. By chance: in containers, all processes
/// have the same number.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let (mut hidden, end) = affixes(path)?;
    hidden.push(format!("{:016x}", random()));
    hidden.push(end);
    Ok(path.with_file_name(hidden))
}

/// What stands before and behind the digits in such a name.
fn affixes(path: &Path) -> io::Result<(OsString, &'static str)> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
    let mut start = OsString::from(".");
    start.push(name);
    start.push(".");
    Ok((start, ".tmp"))
}

/// Longer than any write takes. Should one take longer all the same, it fails when it wants the name, and nothing is torn.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// Removes what crashes have left beside the file, by the clock of the file system. That it cannot be removed is no reason not
/// to write.
fn remove_abandoned(path: &Path, now: SystemTime) {
    let (Ok((start, end)), Some(folder)) = (affixes(path), path.parent()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let digits = name.as_encoded_bytes().strip_prefix(start.as_encoded_bytes());
        let digits = digits.and_then(|rest| rest.strip_suffix(end.as_bytes()));
        let is_ours = digits.is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit));
        // Of a link, these are its own.
        let Some(metadata) = is_ours.then(|| entry.metadata().ok()).flatten() else { continue };
        let age = metadata.modified().ok().and_then(|modified| now.duration_since(modified).ok());
        if metadata.is_file() && age.is_some_and(|age| age >= ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that is removed unless it got its name.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn keep_permissions(old: &fs::Metadata, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only root may give a file away, others to their groups alone.
        let _ = fchown(file, None, Some(old.gid()));
        let _ = fchown(file, Some(old.uid()), None);
    }
    // Behind that, which takes some of them away.
    if new.mode() != old.mode() { file.set_permissions(old.permissions()) } else { Ok(()) }
}

#[cfg(not(unix))]
fn keep_permissions(old: &fs::Metadata, file: &File) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

/// So that the new name outlives a loss of power.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder)?.sync_all() {
        // There are file systems that cannot.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
