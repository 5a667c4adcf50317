//! The rules of a struct's fields, as the derives emit them: one call for each, on the span of what may break it.

use super::{cardinality, check, check_style, unique};
use crate::describe::{Field, Rule};

/// A struct of metrics, as its checks see it.
///
/// They take it by value and fields by their number, because each reference that a constant mentions costs the compiler
/// more than the check does.
#[derive(Clone, Copy, Debug)]
pub struct Checks {
    prefix: &'static str,
    fields: &'static [Field],
    clashes: &'static [usize],
}

impl Checks {
    /// `clashes`: see `clashes`; none where there can be none.
    pub const fn new(prefix: &'static str, fields: &'static [Field], clashes: &'static [usize]) -> Self {
        Self { prefix, fields, clashes }
    }

    /// See `check_style::name`.
    #[track_caller]
    pub const fn name(self, at: usize) {
        check_style::name(self.prefix, self.fields[at].family());
    }

    /// The same of a name that can be wrong for nothing but the labels of the field's type.
    #[track_caller]
    pub const fn label_in_name(self, at: usize) {
        let family = self.fields[at].family();
        if !family.label_names.is_empty() {
            check_style::label_in_name(self.prefix, family);
        }
    }

    /// See `check_style::function_name`.
    #[track_caller]
    pub const fn function_name(self) {
        check_style::function_name(self.fields[0].family());
    }

    /// See `check_style::unit`.
    #[track_caller]
    pub const fn unit(self, at: usize) {
        check_style::unit(self.prefix, self.fields[at].family());
    }

    /// The same of a base unit behind a name that it cannot contradict.
    #[track_caller]
    pub const fn base_unit(self, at: usize) {
        check_style::unit_of_type(self.fields[at].family().kind);
    }

    /// See `check::label_names`.
    #[track_caller]
    pub const fn labels(self, at: usize) {
        check::label_names(self.fields[at].family());
    }

    /// See `buckets`.
    #[track_caller]
    pub const fn buckets(self, at: usize) {
        check::buckets(self.fields[at].family());
    }

    /// See `quantiles`.
    #[track_caller]
    pub const fn quantiles(self, at: usize) {
        check::quantiles(self.fields[at].family());
    }

    /// See `check::const_label`.
    #[track_caller]
    pub const fn const_label(self, at: usize, name: &str) {
        check::const_label(self.fields[at].family(), name);
    }

    /// See `cardinality::max_series`.
    #[track_caller]
    pub const fn max_series(self, at: usize) {
        cardinality::max_series(&self.fields[at]);
    }

    /// See `unique::unique`.
    #[track_caller]
    pub const fn unique(self, at: usize) {
        unique::unique(self.fields, self.clashes, at);
    }

    /// See `check_style::prefix`.
    #[track_caller]
    pub const fn prefix(self, allow: &[Rule]) {
        check_style::prefix(self.prefix, self.fields, allow);
    }

    /// See `check::scope_label`.
    #[track_caller]
    pub const fn scope_label(self, name: &str) {
        check::scope_label(self.fields, name);
    }

    /// See `check_style::group_prefix`.
    #[track_caller]
    pub const fn group_prefix(self, at: usize) {
        check_style::group_prefix(self.prefix, self.fields, at);
    }

    /// See `check_style::group_names`.
    #[track_caller]
    pub const fn group_names(self, at: usize) {
        check_style::group_names(self.prefix, self.fields, at);
    }

    /// See `check::group`.
    #[track_caller]
    pub const fn group(self, at: usize) {
        check::group(self.fields, at);
    }

    /// See `check::group_mode`.
    #[track_caller]
    pub const fn group_mode(self, at: usize) {
        check::group_mode(self.fields, at);
    }

    /// See `check::group_label`.
    #[track_caller]
    pub const fn group_label(self, at: usize, name: &str) {
        check::group_label(self.fields, at, name);
    }
}
