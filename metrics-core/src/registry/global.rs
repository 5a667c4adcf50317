use super::entry::{Entry, entries};
use super::{MissingCrates, RegisterError, Registry};
use std::sync::Arc;

/// A registry of everything that the linker gathered. In the order of the source, so that of two that clash
/// always the same one is left out.
pub(super) fn gather() -> Registry {
    let registry = Registry::new();
    let mut all: Vec<&Entry> = entries().iter().collect();
    all.sort_by_key(|entry| (entry.location, entry.crate_name));
    for entry in all {
        let registered = if entry.abi == Entry::ABI {
            registry.register_source(Arc::from((entry.source)()))
        } else {
            Err(RegisterError::Foreign { crate_name: entry.crate_name.to_owned() })
        };
        if let Err(error) = registered {
            eprintln!("metrics: {} is not exposed: {error}", entry.name);
            registry.write().refused.push(error);
        }
    }
    registry
}

pub(super) fn require_crates(names: &[&str]) -> Result<(), MissingCrates> {
    let is_there = |name: &str| entries().iter().any(|entry| entry.crate_name == name);
    let names: Vec<String> = names.iter().filter(|name| !is_there(name)).map(|name| (*name).to_owned()).collect();
    if names.is_empty() { Ok(()) } else { Err(MissingCrates { names }) }
}
