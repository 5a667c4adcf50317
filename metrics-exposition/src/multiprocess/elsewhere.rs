//! Several processes, one page: on Unix alone, because it takes files that are locked and mapped, and `fork`.

use std::fmt;
use std::path::Path;

/// On Unix, has this process count in a file of its own.
///
/// # Errors
/// Always: this system is none.
pub fn init(_: impl AsRef<Path>) -> Result<(), InitError> {
    Err(InitError::System)
}

/// As [`init`], if the variable `PROMETHEUS_MULTIPROC_DIR` is set and not empty; whether it is.
///
/// # Errors
/// If it is.
pub fn init_from_env() -> Result<bool, InitError> {
    match std::env::var_os("PROMETHEUS_MULTIPROC_DIR").filter(|directory| !directory.is_empty()) {
        Some(directory) => init(directory).map(|()| true),
        None => Ok(false),
    }
}

/// Why this process does not count in a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// This system has no such files.
    System,
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = std::env::consts::OS;
        write!(
            f,
            "several processes can be one page on Unix alone, and this is {system}; serve each process's own page"
        )
    }
}

impl std::error::Error for InitError {}
