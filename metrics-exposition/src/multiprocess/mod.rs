//! Several processes, one page: prefork servers, workers, short jobs.
//!
//! Each process counts in a [file](format) of its own, in one directory.

#[doc = include_str!("format.md")]
pub mod format {}
#[allow(dead_code, unused_imports, reason = "the collector is not merged yet")]
mod archive;
#[allow(dead_code, unused_imports, reason = "what feeds it is not merged yet")]
mod merge;
#[allow(dead_code, unused_imports, reason = "the collector is not merged yet")]
mod python;
#[allow(dead_code, unused_imports, reason = "the collector is not merged yet")]
mod reader;
#[allow(dead_code, unused_imports, reason = "what writes is not merged yet")]
mod record;
