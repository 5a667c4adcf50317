use super::entry::{Entry, entries};
use super::{MissingCrates, RegisterError, Registry};
use std::panic::catch_unwind;
use std::sync::Arc;

/// A registry of everything that the linker gathered. In the order of the source, so that of two that clash
/// always the same one is left out.
pub(super) fn gather() -> Registry {
    let registry = Registry::new();
    let (mut all, foreign): (Vec<&Entry>, Vec<&Entry>) = entries().iter().partition(|entry| entry.abi == Entry::ABI);
    all.sort_by_key(|entry| (entry.location, entry.crate_name));
    for entry in all.into_iter().chain(foreign) {
        let registered = register(&registry, entry);
        if let Err(error) = registered {
            eprintln!("metrics: {} is not exposed: {error}", entry.name);
            registry.write().refused.push(error);
        }
    }
    registry
}

fn register(registry: &Registry, entry: &Entry) -> Result<(), RegisterError> {
    if entry.abi != Entry::ABI {
        return Err(RegisterError::Foreign { crate_name: entry.crate_name.to_owned() });
    }
    // An instance is made by the user's code too (`skip`ped fields, label texts). One that panics must not blank
    // the page of all the others.
    let source = catch_unwind(|| (entry.source)())
        .map_err(|_| RegisterError::Panicked { name: entry.name.to_owned(), location: entry.location })?;
    registry.register_source(Arc::from(source))
}

pub(super) fn require_crates(names: &[&str]) -> Result<(), MissingCrates> {
    let is_there = |name: &str| entries().iter().any(|entry| entry.crate_name == name);
    let names: Vec<String> = names.iter().filter(|name| !is_there(name)).map(|name| (*name).to_owned()).collect();
    if names.is_empty() { Ok(()) } else { Err(MissingCrates { names }) }
}
