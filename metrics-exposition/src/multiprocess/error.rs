//! Why a directory cannot be used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A directory that cannot be one of several processes.
#[derive(Debug)]
#[non_exhaustive]
pub enum DirectoryError {
    /// `PROMETHEUS_MULTIPROC_DIR` is not set, or empty.
    Unset,
    /// There is none.
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is something else.
    NotADirectory {
        /// What is.
        path: PathBuf,
    },
    /// The system refused.
    Io {
        /// The directory.
        path: PathBuf,
        /// Its answer.
        error: io::Error,
    },
}

impl DirectoryError {
    pub(super) fn check(path: &Path) -> Result<(), Self> {
        super::directory::Directory::open(path).map(drop).map_err(|error| Self::of(path, error))
    }

    pub(super) fn of(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::NotADirectory => Self::NotADirectory { path },
            _ => Self::Io { path, error },
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => {
                f.write_str("PROMETHEUS_MULTIPROC_DIR is not set: let it name the directory of all processes")
            }
            Self::Missing { path } => write!(f, "{}: there is no such directory; make it before", path.display()),
            Self::NotADirectory { path } => write!(f, "{}: not a directory; name one", path.display()),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for DirectoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Io { error, .. } = self { Some(error) } else { None }
    }
}
