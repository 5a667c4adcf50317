//! The table of rules.

mod collisions;
mod numbers;
mod promlint;
mod words;

use super::Family;
pub(super) use collisions::Names;
use std::fmt;

/// A rule, and what to do about what it finds.
#[non_exhaustive]
pub struct Rule {
    /// By which it is switched off.
    pub id: &'static str,
    /// Why it is there.
    pub why: &'static str,
    /// What to do.
    pub way_out: &'static str,
    pub(super) check: Check,
}

/// What a rule looks at; gives what it finds.
#[derive(Clone, Copy)]
pub(super) enum Check {
    Family(fn(&Family<'_>) -> Vec<String>),
    Limited(fn(&Family<'_>, &Limits) -> Vec<String>),
    Page(fn(&Family<'_>, &mut Names) -> Vec<String>),
}

#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) series: usize,
    pub(super) buckets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { series: 1_000, buckets: 100 }
    }
}

const fn rule(id: &'static str, check: Check, why: &'static str, way_out: &'static str) -> Rule {
    Rule { id, why, way_out, check }
}

use Check::{Family as Each, Limited, Page};

/// All rules, those of `promlint` first, which are called as there.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("help", Each(promlint::help),
        "the help is all that people see of a metric who did not write it",
        "say in one line what is counted or measured"),
    rule("metric-units", Each(promlint::metric_units),
        "metrics of one dimension can be compared and added up if they have one unit",
        "measure in the base unit, and rename the metric; a dashboard shows it in any"),
    rule("counter", Each(promlint::counter),
        "`_total` tells that `rate()` is the function to use",
        "name counters, and nothing else, with `_total`"),
    rule("gauge", Each(promlint::gauge),
        "a time stamp is a value that is set",
        "make it a gauge, or name it after what it counts"),
    rule("histogram-summary-reserved", Each(promlint::histogram_summary_reserved),
        "functions of PromQL take what is named so for a part of a histogram or a summary",
        "rename the metric or the label, or make it a histogram or a summary"),
    rule("metric-type-in-name", Each(promlint::metric_type_in_name),
        "the type is known, and may change while the name cannot",
        "take the word out of the name"),
    rule("reserved-chars", Each(promlint::reserved_chars),
        "colons are for the names of recording rules",
        "use `_`"),
    rule("camel-case", Each(promlint::camel_case),
        "who has to guess how a name is spelt, guesses wrong",
        "write words in small letters with `_` between them"),
    rule("unit-abbreviations", Each(promlint::unit_abbreviations),
        "`m` may be minutes, metres or millions",
        "write out the base unit, in the plural: `seconds`, `bytes`"),
    rule("duplicate-metric", Each(promlint::duplicate_metric),
        "one of two values is lost, and nobody knows which",
        "give the series labels that differ, or add it once"),
    rule("escaping-collision", Page(collisions::check),
        "readers without UTF-8 names get escaped ones, and take two that become one for the same",
        "rename one of them"),
    rule("max-series", Limited(numbers::max_series),
        "each series costs memory here and in every server that scrapes it, for hours after it is gone",
        "take out the label with the most values, or put them into groups"),
    rule("label-values", Each(numbers::label_values),
        "a value for each request, user or address makes series without end, and none that can be compared",
        "put it into an exemplar or a log, or group the values"),
    rule("unit", Each(words::unit),
        "OpenMetrics tells readers the unit, and says that the name ends in it",
        "declare the unit, and leave it to the declaration to name it: `#[metric(unit = Seconds)]`"),
    rule("info-value", Each(numbers::info_value),
        "an info is multiplied with other metrics to give them its labels",
        "make it an info, or a gauge of value 1"),
    rule("help-quality", Each(words::help_quality),
        "a help that says nothing is not missed until somebody needs it",
        "say in one line what is counted or measured, and when"),
    rule("bucket-count", Limited(numbers::bucket_count),
        "each bucket is a series; one alone is a count",
        "leave out bounds that no question needs, or use a native histogram"),
    rule("percent", Each(words::percent),
        "a ratio from 0 to 1 is the base unit; it can be multiplied",
        "divide by 100, and name it `_ratio`"),
    rule("ratio-range", Each(numbers::ratio_range),
        "a `_ratio` is a part of a whole, so dashboards show 1 as 100 %",
        "divide by the whole, or name it otherwise if it is none of a whole"),
    rule("exemplar-place", Each(numbers::exemplar_place),
        "no format has a place for it, so that it is lost",
        "give exemplars to counters and histograms"),
    rule("reserved-underscore", Each(words::reserved_underscore),
        "OpenMetrics keeps such names for itself",
        "take the underscore off"),
    rule("untyped-histogram", Each(words::untyped_histogram),
        "without its TYPE line a histogram is a heap of numbers",
        "write `# TYPE` before the first sample, with the name without suffix"),
];

/// What to say if it is so.
fn if_so(is_so: bool, text: &str) -> Vec<String> {
    is_so.then(|| text.to_owned()).into_iter().collect()
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, why, way_out, .. } = self;
        f.debug_struct("Rule").field("id", id).field("why", why).field("way_out", way_out).finish_non_exhaustive()
    }
}
