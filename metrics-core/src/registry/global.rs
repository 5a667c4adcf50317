use super::clash::Survey;
use super::entry::{Entry, entries, others};
use super::scrape::forget;
use super::{Inner, MissingCrates, RegisterError, Registry, Unexposed};
use crate::report::report;
use std::collections::BTreeSet;
use std::panic::catch_unwind;

/// A registry of everything that the linker gathered. In the order of the source, so that of two that clash
/// always the same one is left out.
pub(super) fn gather() -> Registry {
    let registry = Registry::of(Inner::default());
    let mut all: Vec<&Entry> = entries().collect();
    all.sort_by_key(|entry| (entry.location, entry.crate_name));
    let (mut survey, mut refused) = (Survey::default(), Unexposed::default());
    for entry in all {
        let errors = register(&registry, entry, &mut survey);
        refused.errors.extend(errors.unwrap_or_else(|error| {
            refused.names.push(format!("{}::{}", entry.crate_name, entry.name));
            error
        }));
    }
    refused.errors.extend(others().into_iter().map(|(version, crates)| foreign(version, crates)));
    if !refused.errors.is_empty() {
        report(format_args!("{refused}"));
        registry.write().refused = Some(refused);
    }
    registry
}

/// Gives what is the matter with an entry that is exposed all the same, because what it clashes with is not; fails if
/// it is left out.
fn register(registry: &Registry, entry: &Entry, survey: &mut Survey) -> Result<Vec<RegisterError>, Vec<RegisterError>> {
    // An instance is made by the user's code too (`skip`ped fields, label texts). One that panics must not blank
    // the page of all the others.
    let made = catch_unwind(|| {
        let source = entry.source();
        let families = source.families();
        (source, families)
    });
    let (source, families) = made.map_err(|payload| {
        forget(payload);
        vec![RegisterError::Panicked { name: entry.name.to_owned(), location: entry.location }]
    })?;
    let errors = survey.add(families, registry.validation());
    match registry.register_source(source) {
        Ok(_) => Ok(errors),
        Err(error) if errors.is_empty() => Err(vec![error]),
        Err(_) => Err(errors),
    }
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
