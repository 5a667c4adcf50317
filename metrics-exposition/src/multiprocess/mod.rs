//! Several processes, one page: prefork servers, workers, short jobs.
//!
//! Each process counts in a [file](mod@format) of its own, in one directory.

mod archive;
mod collector;
mod directory;
mod error;
#[doc = include_str!("format.md")]
pub mod format {}
mod init;
mod merge;
mod owned;
mod python;
mod reader;
mod record;
#[cfg(test)]
mod testing;
mod writer;

pub use archive::{compact, mark_process_dead};
pub use collector::MultiprocessCollector;
pub use error::DirectoryError;
pub use init::{InitError, init, init_from_env};
pub use owned::{Merged, Skipped, merge};
