//! Which names a registry takes at run time.

use super::{Broken, broken, is_legacy_label_name, is_legacy_metric_name};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Which names a registry takes of what is registered at run time. What is derived has names that fit both.
///
/// ```
/// use metrics_core::name::Validation;
/// assert!(Validation::Utf8.metric_name("my-app:request_count").is_ok());
/// assert!(Validation::Legacy.metric_name("my-app:request_count").is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Validation {
    /// Any. Readers that do not know them all get them [escaped](super::EscapingScheme).
    #[default]
    Utf8,
    /// What every reader knows: `[a-zA-Z_:][a-zA-Z0-9_:]*`, and for labels the same without colons.
    Legacy,
}

impl Validation {
    /// Whether a metric may have this name.
    ///
    /// # Errors
    /// If it is empty, or has characters that are not legal.
    pub fn metric_name(self, name: &str) -> Result<(), Broken> {
        if name.is_empty() {
            return broken("a metric needs a name");
        }
        if self == Self::Legacy && !is_legacy_metric_name(name) {
            return broken(
                "by legacy validation, a name consists of ASCII letters, digits, `_` and `:`, no digit in front; rename \
                 it, or allow UTF-8",
            );
        }
        Ok(())
    }

    /// Whether a label may have this name.
    ///
    /// # Errors
    /// If it is empty, starts with `__`, or has characters that are not legal.
    pub fn label_name(self, name: &str) -> Result<(), Broken> {
        if name.is_empty() {
            return broken("a label needs a name");
        }
        if name.starts_with("__") {
            return broken("labels that start with `__` are reserved for Prometheus; take the underscores off");
        }
        if self == Self::Legacy && !is_legacy_label_name(name) {
            return broken(
                "by legacy validation, a label's name consists of ASCII letters, digits and `_`, no digit in front; \
                 rename it, or allow UTF-8",
            );
        }
        Ok(())
    }
}

static LEGACY: AtomicBool = AtomicBool::new(false);

/// Whether [`enable_legacy_validation`] was called last.
pub fn get_legacy_validation() -> bool {
    LEGACY.load(Relaxed)
}

/// Lets registries that are made from now on, and the global one, take [legacy](Validation::Legacy) names only. What is
/// registered stays. For one registry, see [`Registry::set_validation`](crate::Registry::set_validation).
///
/// ```
/// use metrics_core::name::{disable_legacy_validation, enable_legacy_validation, get_legacy_validation};
/// enable_legacy_validation();
/// assert!(get_legacy_validation());
/// disable_legacy_validation();
/// ```
pub fn enable_legacy_validation() {
    LEGACY.store(true, Relaxed);
}

/// Lets registries that are made from now on, and the global one, take names of any characters; as they do at first.
pub fn disable_legacy_validation() {
    LEGACY.store(false, Relaxed);
}

/// What [`get_legacy_validation`] says.
pub(crate) fn default_validation() -> Validation {
    if get_legacy_validation() { Validation::Legacy } else { Validation::Utf8 }
}
