//! Lint: each rule on a page of its own, registries, and the program.

#[path = "../binary/mod.rs"]
mod binary;
mod pages;
mod program;
mod registry;
