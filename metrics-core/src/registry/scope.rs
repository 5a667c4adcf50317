//! What a registry puts before all names and labels that are registered through it.

use super::SourceFamily;
use crate::model::Desc;
use std::fmt::Write;

/// A prefix and constant labels.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Scope {
    prefix: String,
    const_labels: Vec<(String, String)>,
}

impl Scope {
    pub(super) fn with_prefix(mut self, prefix: &str) -> Self {
        write!(self.prefix, "{prefix}_").expect("a `String` takes all");
        self
    }

    pub(super) fn with_const_labels(mut self, labels: impl IntoIterator<Item = (String, String)>) -> Self {
        self.const_labels.extend(labels);
        self
    }

    /// The family within this scope.
    pub(super) fn enter(&self, family: SourceFamily) -> SourceFamily {
        let SourceFamily { desc, const_labels, multiprocess, buckets } = family;
        let desc = Desc { name: self.name(&desc.name), ..desc };
        let const_labels = self.const_labels.iter().cloned().chain(const_labels).collect();
        SourceFamily { desc, const_labels, multiprocess, buckets }
    }

    pub(super) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Whether a label of this name is one of the constant ones.
    pub(super) fn has_label(&self, name: &str) -> bool {
        self.const_labels.iter().any(|(own, _)| own == name)
    }
}
