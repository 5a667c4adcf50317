//! What dead processes leave: added up into one file.

mod build;
mod compact;
#[cfg(test)]
mod tests;
mod write;

#[cfg(test)]
pub(super) use build::Build;

use super::error::DirectoryError;
use std::path::Path;

/// Adds the files of processes that have ended up into one, so that a scrape takes no longer for them. Counters,
/// histograms and summaries become their sums, gauges and state sets what their mode says. In mode `all` those of the last
/// thousand processes of each family are kept. How many files that were; none if another process is at it just now.
///
/// Whoever reads meanwhile, or is killed meanwhile, this one included, leaves every total as it was. Files that are not
/// whole are left as they are. Python's are, too: they do not say whether their process lives.
///
/// ```
/// # let dir = std::env::temp_dir().join(format!("metrics-compact-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// assert_eq!(metrics_exposition::multiprocess::compact(&dir)?, 0);
/// # std::fs::remove_dir_all(dir)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the directory cannot be read or written.
pub fn compact(dir: impl AsRef<Path>) -> Result<usize, DirectoryError> {
    compact_some(dir.as_ref(), usize::MAX, None)
}

/// The same for some files, or those of one process number.
pub(super) fn compact_some(dir: &Path, most: usize, pid: Option<u64>) -> Result<usize, DirectoryError> {
    let done = compact::compact(dir, most, pid, &mut || {});
    done.map(Option::unwrap_or_default).map_err(|error| DirectoryError::of(dir, error))
}

/// Says that the process of this number has ended. Whether ours have, their files say; those of this number are
/// [compacted](compact()). Python's do not, so that those of its live gauges are removed, as `mark_process_dead` there does it.
/// How many files that were.
///
/// # Errors
/// If the directory cannot be read or written.
pub fn mark_process_dead(dir: impl AsRef<Path>, pid: u32) -> Result<usize, DirectoryError> {
    let dir = dir.as_ref();
    let directory = super::directory::Directory::open(dir).map_err(|error| DirectoryError::of(dir, error))?;
    let mut removed = 0;
    for mode in ["liveall", "livemin", "livemax", "livesum", "livemostrecent"] {
        let name = format!("gauge_{mode}_{pid}.db");
        removed += usize::from(directory.remove(&name).map_err(|error| DirectoryError::of(dir, error))?);
    }
    Ok(removed + compact_some(dir, usize::MAX, Some(pid.into()))?)
}
