//! Making this process one of several.

use super::collector::VARIABLE;
use super::writer::{CreateError, Losses, Writer, watch_forks};
use crate::random::random;
use metrics_core::private::multiprocess::{announce, share};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fmt, fs, io};

/// Has this process count in a file of its own in `directory`, where whoever serves the page of all processes finds it.
///
/// To be called before anything touches a metric, best at the start of `main`: cells do not move. From then on all
/// metrics of the [global registry](metrics_core::Registry::global) are in the file, with all their series, whatever is
/// registered in it later too; their instances are made here. What callbacks and collectors give is not, because they are
/// asked when a page is made, which another process does. An increment costs what it costs without; making a series
/// writes its name to the file, about a microsecond more.
///
/// ```no_run
/// metrics_exposition::multiprocess::init("/run/shop/metrics")?;
/// # Ok::<(), metrics_exposition::multiprocess::InitError>(())
/// ```
///
/// The file stays when the process ends, however it ends, and what it counted stays on the page. The directory must be
/// there. It should be on a file system of this machine, not on a network's; one in memory (`/dev/shm`) is as good. The
/// file grows as it is needed, from 64 KiB on, and each piece is reserved first: where there is no more room, one line on
/// stderr says so, `metrics_multiprocess_losses_total` counts, and the process goes on counting in memory.
///
/// # Fork
///
/// A child of `fork` counts from zero, in a file of its own, from the moment on in which it is made; its metrics are the
/// parent's, and so is what an [`Info`](metrics_core::Info) says. Where it gets no file it counts in memory, and says so. A
/// process that is started anew calls `init` itself.
///
/// # Errors
/// If the file cannot be made, or is refused room; if there are metrics already; if it was called before; or if the system
/// has no such files: only Unix does.
pub fn init(directory: impl AsRef<Path>) -> Result<(), InitError> {
    static DONE: Mutex<Option<PathBuf>> = Mutex::new(None);
    let directory = directory.as_ref();
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(before) = &*done {
        return Err(InitError::Again { directory: before.clone() });
    }
    let failed = |source| InitError::Directory { directory: directory.to_owned(), source };
    // Whole, because a service may change where it is, and forks then.
    let whole = fs::canonicalize(directory).map_err(failed)?;
    let text = whole.to_str().ok_or_else(|| failed(io::Error::other("its name is not UTF-8")))?;
    let writer = Writer::create(text.trim_end_matches('/'), random()).map_err(|error| match error {
        CreateError::Create(error) => failed(error.into()),
        CreateError::Full(full) => InitError::Full { directory: directory.to_owned(), reason: full.to_string() },
    })?;
    let writer: &'static Writer = Box::leak(Box::new(writer));
    if let Err(metrics) = share(writer) {
        writer.remove();
        return Err(InitError::TooLate { metrics });
    }
    *done = Some(whole);
    drop(done);
    watch_forks(writer).map_err(failed)?;
    announce();
    Losses::register(writer);
    Ok(())
}

/// As [`init`], in the directory that the variable `PROMETHEUS_MULTIPROC_DIR` names; whether there is such a variable.
/// Without it, or if it is empty, nothing is done, and this process counts for itself.
///
/// ```no_run
/// metrics_exposition::multiprocess::init_from_env()?;
/// # Ok::<(), metrics_exposition::multiprocess::InitError>(())
/// ```
///
/// # Errors
/// As [`init`].
pub fn init_from_env() -> Result<bool, InitError> {
    match std::env::var_os(VARIABLE).filter(|directory: &OsString| !directory.is_empty()) {
        Some(directory) => init(directory).map(|()| true),
        None => Ok(false),
    }
}

/// Why this process does not count in a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// No file can be made in the directory.
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no room for the file.
    Full {
        /// The directory.
        directory: PathBuf,
        /// What there is too little of.
        reason: String,
    },
    /// There were metrics already, which cannot move.
    TooLate {
        /// Those that were made first, if they have names; what is made by hand has none.
        metrics: Vec<String>,
    },
    /// It was called before.
    Again {
        /// The directory in which there is a file.
        directory: PathBuf,
    },
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { directory, source } => write!(
                f,
                "cannot make a file for this process's metrics in {}: {source}; the directory must be there, and this \
                 process may write to it",
                directory.display()
            ),
            Self::Full { directory, reason } => {
                write!(f, "no room for this process's metrics in {}: {reason}", directory.display())
            }
            Self::TooLate { metrics } => {
                f.write_str("there are metrics already, which cannot be moved to a file: ")?;
                match &**metrics {
                    [] => f.write_str("one that was made by hand")?,
                    names => f.write_str(&names.join(", "))?,
                }
                f.write_str("; call `multiprocess::init` before anything touches a metric, best at the start of `main`")
            }
            Self::Again { directory } => {
                write!(f, "this process counts in {} already; call `multiprocess::init` once", directory.display())
            }
        }
    }
}

impl std::error::Error for InitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory { source, .. } => Some(source),
            _ => None,
        }
    }
}
