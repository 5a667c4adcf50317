//! Lint: each rule on a page of its own, registries, and the program.

mod pages;
mod program;
mod registry;
