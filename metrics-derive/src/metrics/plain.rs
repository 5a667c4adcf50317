//! Names that can be wrong for nothing but what a type says: most of them.
//!
//! The rules of names are the library's, and it takes the compiler some hundred microseconds to evaluate them for one. So
//! they are asked about the others, and about what types say, which the macro does not know. The test holds this against
//! them: a word too many here costs time, one too few would be a mistake that compiles.

use super::model::{Field, Metric, Model, Role};
use super::unit::Unit;
use std::collections::HashSet;

impl Model<'_> {
    /// Whether the prefix cannot be wrong.
    pub(super) fn has_plain_prefix(&self) -> bool {
        self.prefix.as_ref().is_none_or(|prefix| is_plain(&prefix.value()))
    }

    /// Whether no two fields can have a name in common, by none of the suffixes that types put behind it.
    pub(super) fn has_plain_names(&self) -> bool {
        let prefix = self.prefix_text();
        let mut names = HashSet::new();
        self.described().all(|field| match &field.role {
            Role::Metric(metric) => metric.is_plain(&prefix) && names.insert(metric.full_name()),
            Role::Group(_) | Role::Skip => false,
        })
    }

    pub(super) fn prefix_text(&self) -> String {
        self.prefix.as_ref().map(syn::LitStr::value).unwrap_or_default()
    }
}

impl Metric {
    pub(super) fn is_plain(&self, prefix: &str) -> bool {
        let unit = match &self.unit {
            None => String::new(),
            Some(Unit::Base(unit)) => unit.to_string().to_lowercase(),
            Some(Unit::Other(_)) => return false,
        };
        is_plain(&self.name)
            && !is_doubled(prefix, &self.name)
            && !begins_with_word_of(&unit, &self.name)
            && !self.const_labels.names().any(|(label, _)| begins_with_word_of(label, &self.name))
    }

    fn full_name(&self) -> String {
        match &self.unit {
            Some(Unit::Base(unit)) => format!("{}_{}", self.name, unit.to_string().to_lowercase()),
            _ => self.name.clone(),
        }
    }
}

impl Field<'_> {
    /// Whether the prefix of a group, in a struct with the prefix `outer`, cannot be wrong.
    pub(super) fn has_plain_prefix(&self, outer: &str) -> bool {
        match &self.role {
            Role::Group(group) => group.prefix.as_ref().is_none_or(|prefix| {
                let prefix = prefix.value();
                is_plain(&prefix) && !is_doubled(outer, &prefix)
            }),
            _ => false,
        }
    }
}

/// Whether `right` may begin with the words in which `left` ends.
fn is_doubled(left: &str, right: &str) -> bool {
    left.split('_').any(|word| right.split('_').next() == Some(word))
}

fn begins_with_word_of(text: &str, name: &str) -> bool {
    name.split('_').any(|word| text.starts_with(word))
}

/// Small letters, digits and words that no rule is about.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !name.split('_').any(is_known)
}

/// Whether a rule may be about the word.
fn is_known(word: &str) -> bool {
    let is_short = match word.as_bytes() {
        [] => true,
        [only] => b"sbmhd".contains(only),
        [_, last] => b"sb".contains(last),
        _ => false,
    };
    is_short || KNOWN.contains(&word) || UNITS.iter().any(|unit| word.ends_with(unit))
}

/// Types, what they put behind names, and what is out of a hundred.
const KNOWN: [&str; 19] = [
    "bucket",
    "count",
    "counter",
    "created",
    "gauge",
    "gcount",
    "gsum",
    "histogram",
    "info",
    "pct",
    "percent",
    "percentage",
    "percentages",
    "percents",
    "sec",
    "sum",
    "summary",
    "timestamp",
    "total",
];

/// Before which there may be a prefix, as in `milliseconds`.
const UNITS: [&str; 24] = [
    "amperes",
    "bits",
    "bytes",
    "calories",
    "celsius",
    "days",
    "fahrenheit",
    "grams",
    "hours",
    "inches",
    "joules",
    "kelvin",
    "kelvins",
    "meters",
    "metres",
    "miles",
    "minutes",
    "ounces",
    "pounds",
    "rankine",
    "seconds",
    "volts",
    "weeks",
    "yards",
];

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_core::model::Kind;
    use metrics_core::name::style::{Named, base_unit};

    /// What rules are about, what looks like it, and what is neither.
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "orders", "x", "per", "ms", "s", "b", "m", "h", "d", "kb", "mb", "gb", "tb", "pb", "us", "ns", "sec", "seconds",
        "second", "minutes", "milliseconds", "microseconds", "kilometers", "bytes", "bits", "kibibytes", "mibibytes",
        "amperes", "celsius", "fahrenheit", "rankine", "grams", "pounds", "ounces", "joules", "calories", "kelvin",
        "kelvins", "metres", "inches", "yards", "miles", "hours", "days", "weeks", "volts", "percent", "percents",
        "percentage", "percentages", "pct", "ratio", "total", "bucket", "count", "sum", "created", "info", "gcount",
        "gsum", "timestamp", "counter", "gauge", "gaugehistogram", "histogram", "summary", "unknown", "stateset", "shop",
        "ordersPaid", "HTTP", "rate", "", "2", "é",
    ];

    #[test]
    fn plain_names_break_no_rule() {
        let pairs = WORDS.iter().flat_map(|a| WORDS.iter().map(move |b| format!("{a}_{b}")));
        let mut plain = 0;
        for name in pairs.chain(WORDS.iter().map(|&word| word.to_owned())).filter(|name| is_plain(name)) {
            for (kind, prefix, unit) in Kind::ALL.into_iter().flat_map(|kind| {
                let units = [None, Some("seconds"), Some("bytes")].into_iter();
                units.flat_map(move |unit| ["", "shop", "my_shop"].map(|prefix| (kind, prefix, unit)))
            }) {
                // Another check looks at that.
                let of_type = !matches!(kind, Kind::Info | Kind::StateSet) || unit.is_none();
                let is_beside_unit = unit.is_none_or(|unit| !begins_with_word_of(unit, &name));
                if of_type && is_beside_unit && !is_doubled(prefix, &name) {
                    let named = Named { prefix, unit, ..Named::new(&name, kind) };
                    assert_eq!(named.name, name, "{kind}: its suffix is known");
                    let found = named.find().map(|found| found.message.as_str().to_owned());
                    assert_eq!(found, None, "{named:?}");
                    plain += 1;
                }
            }
        }
        assert!(plain > 1_000, "{plain}");
    }

    #[test]
    fn what_types_put_behind_a_name_is_known() {
        for kind in Kind::ALL {
            for suffix in kind.suffixes().iter().chain([&kind.value_suffix()]).filter(|suffix| !suffix.is_empty()) {
                assert!(is_known(suffix.trim_start_matches('_')), "{suffix} of {kind}");
            }
        }
    }

    #[test]
    fn units_are_known_with_any_prefix() {
        for word in WORDS.iter().filter(|word| base_unit(word).is_some()) {
            assert!(is_known(word), "{word}");
        }
    }
}
