use super::entry::{Entry, entries, others};
use super::{Inner, MissingCrates, RegisterError, Registry};
use crate::report::report;
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::Arc;

/// A registry of everything that the linker gathered. In the order of the source, so that of two that clash
/// always the same one is left out.
pub(super) fn gather() -> Registry {
    let registry = Registry::of(Inner::default());
    let mut all: Vec<&Entry> = entries().collect();
    all.sort_by_key(|entry| (entry.location, entry.crate_name));
    for entry in all {
        if let Err(error) = register(&registry, entry) {
            report(format_args!("{} is not exposed: {error}", entry.name));
            registry.write().refused.push(error);
        }
    }
    for (version, crates) in others() {
        let error = foreign(version, crates);
        report(format_args!("{error}"));
        registry.write().refused.push(error);
    }
    registry
}

fn register(registry: &Registry, entry: &Entry) -> Result<(), RegisterError> {
    // An instance is made by the user's code too (`skip`ped fields, label texts). One that panics must not blank
    // the page of all the others.
    let source = catch_unwind(|| (entry.source)())
        .map_err(|_| RegisterError::Panicked { name: entry.name.to_owned(), location: entry.location })?;
    registry.register_source(Arc::from(source)).map(drop)
}

pub(super) fn require_crates(names: &[&str]) -> Result<(), MissingCrates> {
    let mut missing: BTreeSet<&str> = names.iter().copied().collect();
    for entry in entries() {
        missing.remove(entry.crate_name);
    }
    let mut elsewhere = Vec::new();
    for (version, mut crates) in others() {
        crates.retain(|name| missing.remove(name));
        if !crates.is_empty() {
            elsewhere.push(foreign(version, crates));
        }
    }
    if missing.is_empty() && elsewhere.is_empty() {
        return Ok(());
    }
    Err(MissingCrates { names: missing.into_iter().map(str::to_owned).collect(), foreign: elsewhere })
}

fn foreign(version: &str, crates: BTreeSet<&str>) -> RegisterError {
    let crates = crates.into_iter().map(str::to_owned).collect();
    RegisterError::Foreign { version: version.to_owned(), crates }
}
