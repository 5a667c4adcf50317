//! Helpers for tests: what a registry would expose, as values.
//!
//! Tests of one process share the global registry. Give each test an instance of its own
//! ([`Metrics::register_in`](crate::Metrics::register_in)), or compare before and after.

use crate::Registry;
use crate::model::Sample;

/// All samples of a registry, in the page's order, but for those that say when a series was made (`…_created`).
///
/// # Panics
/// If a collector panics half-way through a large family.
pub fn samples(registry: &Registry) -> Vec<Sample> {
    registry.samples(false)
}

/// The value of one sample, `labels` in any order; as [`Registry::get_sample_value`].
///
/// ```
/// use metrics_core::{Counter, Metrics, Registry, testing::sample_value};
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "batch")]
/// struct Jobs {
///     /// Jobs done.
///     done: Counter,
/// }
///
/// let registry = Registry::new();
/// Jobs::register_in(&registry)?.done.inc();
/// assert_eq!(sample_value(&registry, "batch_done_total", &[]), Some(1.0));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
pub fn sample_value(registry: &Registry, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    registry.get_sample_value(name, labels)
}

/// Fails a test if the program has metrics that cannot stand on one page: what only the whole program can show,
/// because the structs that clash are in different crates, or in two versions of one. All the rest is found by the
/// compiler. Put it into the tests of the crate that is the program, which links all others:
///
/// ```
/// #[test]
/// fn metrics_are_valid() {
///     metrics_core::testing::assert_valid();
/// }
/// # metrics_core::testing::assert_valid();
/// ```
///
/// A crate that nothing names is not linked, and so not seen: see [`link!`](crate::link).
///
/// # Panics
/// If [`Registry::check`] of the [global registry](Registry::global) fails, with all of its list: each pair with both
/// places, the rule and the way out.
#[allow(clippy::test_attr_in_doctest, reason = "it is what to copy; the last line, which is hidden, runs it")]
#[track_caller]
pub fn assert_valid() {
    if let Err(unexposed) = Registry::global().check() {
        panic!("{unexposed}");
    }
}
