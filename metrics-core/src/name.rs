//! The rules of names, labels, help and buckets, each in one place: `const` functions that the derives
//! evaluate while the user's crate compiles, and that registration applies to what is named at run time.

mod cardinality;
mod check;
mod check_style;
mod checks;
mod escape;
mod full;
mod message;
pub mod style;
mod unique;
mod validation;

use crate::describe::{Kind, Rule, Rules};

pub use check::{check_label_name, check_label_values};
pub use checks::Checks;
pub use escape::{
    EscapingScheme, UnknownEscapingScheme, escape_label_name, escape_metric_name, is_legacy_label_name,
    is_legacy_metric_name, unescape_name,
};
pub(crate) use full::append_unit;
pub use message::Message;
pub use unique::{clashes, slots};
pub(crate) use validation::default_validation;
pub use validation::{Validation, disable_legacy_validation, enable_legacy_validation, get_legacy_validation};

/// A name, label, help or bucket list that breaks a rule; says which rule, and what to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Broken {
    /// The rule that is broken and the way out.
    pub rule: &'static str,
    /// By what derived metrics may break it for all that.
    pub opt_out: Option<Rule>,
}

const fn broken(rule: &'static str) -> Result<(), Broken> {
    Err(Broken { rule, opt_out: None })
}

/// A metric's name: `[a-zA-Z_][a-zA-Z0-9_]*`. The exposition format's grammar also allows colons, which
/// the [naming rules][naming] keep for recording rules.
///
/// ```
/// use metrics_core::name::metric_name;
/// assert!(metric_name("http_requests").is_ok());
/// assert!(metric_name("http-requests").is_err());
/// ```
///
/// # Errors
/// If the name is empty, starts with a digit or with `__`, or holds any other character.
///
/// [naming]: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
pub const fn metric_name(name: &str) -> Result<(), Broken> {
    spelling(name, Rules::NONE)
}

/// A metric's name, in which more may be allowed; or a prefix or unit.
pub(crate) const fn spelling(name: &str, allow: Rules) -> Result<(), Broken> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return broken("a metric needs a name");
    }
    if starts_with(bytes, b"__") {
        return broken("names that start with `__` are reserved; take the underscores off");
    }
    let any = allow.contains(Rule::Utf8Name);
    if bytes[0].is_ascii_digit() && !any {
        let rule = "a name cannot start with a digit; put a word before it";
        return Err(Broken { rule, opt_out: Some(Rule::Utf8Name) });
    }
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b':' && !allow.contains(Rule::Colon) {
            return Err(Broken { rule: "colons are for recording rules; use `_`", opt_out: Some(Rule::Colon) });
        }
        if !is_word(bytes[i]) && bytes[i] != b':' && !any {
            let rule = "a name consists of ASCII letters, digits and `_`; rename it";
            return Err(Broken { rule, opt_out: Some(Rule::Utf8Name) });
        }
        i += 1;
    }
    Ok(())
}

/// A label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, not starting with `__`.
///
/// # Errors
/// If the name is empty, starts with a digit or with `__`, or holds any other character.
pub const fn label_name(name: &str) -> Result<(), Broken> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return broken("a label needs a name");
    }
    if starts_with(bytes, b"__") {
        return broken("labels that start with `__` are reserved for Prometheus; take the underscores off");
    }
    if bytes[0].is_ascii_digit() {
        return broken("a label's name cannot start with a digit; put a word before it");
    }
    let mut i = 0;
    while i < bytes.len() {
        if !is_word(bytes[i]) {
            return broken("a label's name consists of ASCII letters, digits and `_`; rename it");
        }
        i += 1;
    }
    Ok(())
}

/// A help text: at least one character that is not white space.
///
/// # Errors
/// If it is blank.
pub const fn help(text: &str) -> Result<(), Broken> {
    if text.trim_ascii().is_empty() {
        return broken("a metric needs help: write a doc comment (`/// …`) or `#[metric(help = \"…\")]`");
    }
    Ok(())
}

/// Upper bounds of buckets: at least one, at most 1,000, rising, none NaN or -Inf. A last bound of +Inf is
/// allowed and adds nothing.
///
/// # Errors
/// If there is none but +Inf, there are too many, one is NaN or -Inf, or one is not above the one before it.
pub const fn buckets(bounds: &[f64]) -> Result<(), Broken> {
    if bounds.is_empty() || (bounds.len() == 1 && bounds[0] == f64::INFINITY) {
        return broken("a histogram needs at least one finite bucket bound");
    }
    if bounds.len() > 1_000 {
        return broken("a histogram has at most 1,000 bucket bounds; each series has a cell for each of them");
    }
    let mut i = 0;
    while i < bounds.len() {
        if bounds[i].is_nan() {
            return broken("NaN is no bucket bound; take it out");
        }
        if bounds[i] == f64::NEG_INFINITY {
            return broken("-Inf is no bucket bound; take it out");
        }
        if i > 0 && bounds[i] == bounds[i - 1] {
            return broken("two bucket bounds are equal; take one out");
        }
        if i > 0 && bounds[i] < bounds[i - 1] {
            return broken("bucket bounds must rise from the first to the last; sort them");
        }
        i += 1;
    }
    Ok(())
}

/// Quantiles of a summary: at least one, rising, each from 0 to 1.
///
/// # Errors
/// The first rule that is broken.
pub const fn quantiles(quantiles: &[f64]) -> Result<(), Broken> {
    if quantiles.is_empty() {
        return broken("a list of quantiles needs at least one; leave the option out for none");
    }
    let mut i = 0;
    while i < quantiles.len() {
        if !(quantiles[i] >= 0.0 && quantiles[i] <= 1.0) {
            return broken("a quantile is a part of all observations, from 0 to 1: the 99th percentile is 0.99");
        }
        if i > 0 && quantiles[i] <= quantiles[i - 1] {
            return broken(
                "quantiles must rise from the first to the last; sort them, and take out what is there twice",
            );
        }
        i += 1;
    }
    Ok(())
}

/// The family's name without the suffix that its type implies: a counter `requests_total` is the family
/// `requests`, whose sample the formats name `requests_total`; an info `build_info` is the family `build`.
pub const fn family_name(name: &str, kind: Kind) -> &str {
    let suffix = kind.value_suffix();
    if ends_with(name.as_bytes(), suffix.as_bytes()) && name.len() > suffix.len() {
        return name.split_at(name.len() - suffix.len()).0;
    }
    name
}

/// Whether metrics of the type may have a unit ([specification][spec]).
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#unit
pub(crate) const fn unit_of(kind: Kind) -> Result<(), Broken> {
    match kind {
        Kind::Info | Kind::StateSet => broken("an info and a state set have no unit; leave it out"),
        _ => Ok(()),
    }
}

/// Whether `name` already ends in `_unit` (or is just the unit).
const fn has_unit(name: &str, unit: &str) -> bool {
    let (name, unit) = (name.as_bytes(), unit.as_bytes());
    ends_with(name, unit) && (name.len() == unit.len() || name[name.len() - unit.len() - 1] == b'_')
}

const fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

pub(crate) const fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && starts_with(a, b)
}

const fn starts_with(text: &[u8], start: &[u8]) -> bool {
    if text.len() < start.len() {
        return false;
    }
    let mut i = 0;
    while i < start.len() {
        if text[i] != start[i] {
            return false;
        }
        i += 1;
    }
    true
}

const fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && starts_with(text.split_at(text.len() - end.len()).1, end)
}
