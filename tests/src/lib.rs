//! Tests across the crates; see `tests/`.

/// Compiles the README's code.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
