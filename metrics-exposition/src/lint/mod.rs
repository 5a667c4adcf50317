//! Finds metrics that work and that nobody will be glad of: units that differ, names that readers confuse, labels that
//! grow without end. The rules are `promlint`'s, with its names and messages, and [some more](RULES).
//!
//! ```
//! use metrics_core::{Counter, Metrics, Registry};
//! use metrics_exposition::lint;
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "shop")]
//! struct Shop {
//!     /// Orders that were placed.
//!     orders: Counter,
//!     /// Time that was spent on them.
//!     #[metric(allow(non_base_unit))]
//!     work_minutes: Counter,
//! }
//!
//! let registry = Registry::new();
//! Shop::register_in(&registry)?;
//! let problems = lint::registry(&registry);
//! assert_eq!(problems.len(), 1);
//! assert_eq!(problems[0].to_string(), r#"shop_work_minutes_total use base unit "seconds" instead of "minutes""#);
//! # Ok::<(), metrics_core::RegisterError>(())
//! ```
//!
//! A test of one line keeps a service clean: `lint::assert_lint_clean(Registry::global())`. It sees what was registered
//! and the series that there are by then; what labels become in production, the program `metrics-lint` finds on a
//! running service's page (feature `cli`).
//!
//! # Rules
//!
//! | id | what it finds |
//! |---|---|
//! | `help` | a family without help |
//! | `metric-units` | a unit that is no base unit |
//! | `counter` | `_total` at something else than a counter, or a counter without it |
//! | `gauge` | `_timestamp_seconds` at something else than a gauge |
//! | `histogram-summary-reserved` | suffixes and labels of histograms and summaries at something else |
//! | `metric-type-in-name` | the type as a word of the name |
//! | `reserved-chars` | a colon in the name |
//! | `camel-case` | names in camelCase |
//! | `unit-abbreviations` | `ms`, `kb` and the like |
//! | `duplicate-metric` | a series that is there twice |
//! | `escaping-collision` | names that become one for readers that know no UTF-8 names |
//! | `max-series` | a family of more than 1,000 series ([`Linter::max_series`]) |
//! | `label-values` | a label with a value of its own in nearly each series |
//! | `unit` | a unit that is not the last word of the name; one in the name that is not declared |
//! | `info-value` | an `_info` metric whose value is not 1 |
//! | `help-quality` | help that repeats the name, or is a note to its author |
//! | `bucket-count` | more than 100 buckets ([`Linter::max_buckets`]), or none but `+Inf` |
//! | `percent` | percent instead of a ratio |
//! | `ratio-range` | a `_ratio` above 1 |
//! | `exemplar-place` | an exemplar that no format has a place for |
//! | `reserved-underscore` | names that begin with `_` |
//! | `untyped-histogram` | buckets or quantiles without a type |
//!
//! The first ten are `promlint`'s. [`Rule`] tells the way out of each. Each can be [switched off](Linter::disable), and
//! others [added](Linter::rule).

mod family;
mod linter;
mod page;
mod problem;
mod rules;
mod scrape;

pub use family::Family;
pub use linter::{Linter, UnknownRule};
pub use problem::Problem;
pub use rules::{RULES, Rule};

use metrics_core::Registry;

/// The problems of all families of a registry, by all rules: `Linter::new().registry(registry)`.
pub fn registry(registry: &Registry) -> Vec<Problem> {
    Linter::new().registry(registry)
}

/// For tests: panics if a family of the registry breaks a rule.
///
/// ```
/// use metrics_core::{Counter, Metrics, Registry};
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "shop")]
/// struct Shop {
///     /// Orders that were placed.
///     orders: Counter,
/// }
///
/// let registry = Registry::new();
/// Shop::register_in(&registry)?;
/// metrics_exposition::lint::assert_lint_clean(&registry);
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
///
/// # Panics
/// With each problem, where its family was defined, and the way out.
#[track_caller]
pub fn assert_lint_clean(registry: &Registry) {
    Linter::new().assert_clean(registry);
}
