//! Removal of series by some of their labels.

use super::{Child, Store};
use std::fmt;

/// As [`Family::remove_matching`](super::Family::remove_matching), of a family with labels of these names.
pub(super) fn remove<M: Child>(
    store: &impl Store<M>,
    names: &'static [&'static str],
    labels: &[(&str, &str)],
) -> Result<usize, UnknownLabel> {
    if let Some((name, _)) = labels.iter().find(|(name, _)| !names.contains(name)) {
        return Err(UnknownLabel { name: (*name).to_owned(), names });
    }
    let mut removed = 0;
    if !labels.is_empty() {
        store.retain(&mut |own| {
            let found = own.pairs().filter(|(name, value)| labels.contains(&(name, value))).count();
            let goes = found == labels.len();
            removed += usize::from(goes);
            !goes
        });
    }
    Ok(removed)
}

/// A family has no label of this name; see [`Family::remove_matching`](super::Family::remove_matching).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownLabel {
    /// What was asked for.
    pub name: String,
    /// What there is.
    pub names: &'static [&'static str],
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no label `{}`; the labels of the family are {}", self.name, self.names.join(", "))
    }
}

impl std::error::Error for UnknownLabel {}
