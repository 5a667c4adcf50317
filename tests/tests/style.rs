//! What the derive forbids and what the lint finds are the same rules, on random names.

use metrics_core::model::{Kind, MetricFamily, Rule, Rules};
use metrics_core::name::style::{Named, base_unit};
use metrics_exposition::lint::Linter;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

const WORDS: &[&str] = &[
    "orders",
    "x",
    "per",
    "ms",
    "s",
    "KB",
    "m",
    "sec",
    "h",
    "seconds",
    "second",
    "minutes",
    "milliseconds",
    "bytes",
    "bits",
    "kibibytes",
    "mibibytes",
    "kelvins",
    "metres",
    "meters",
    "percent",
    "pct",
    "ratio",
    "total",
    "bucket",
    "count",
    "sum",
    "created",
    "info",
    "gcount",
    "gsum",
    "timestamp",
    "counter",
    "Gauge",
    "histogram",
    "summary",
    "unknown",
    "stateset",
    "ordersPaid",
    "HTTP",
    "job:rate",
    "",
    "2",
];

/// A rule of the lint, and the rule of the derive that finds at least as much.
const PAIRS: &[(&str, Rule)] = &[
    ("camel-case", Rule::CamelCase),
    ("counter", Rule::ReservedSuffix),
    ("gauge", Rule::ReservedSuffix),
    ("histogram-summary-reserved", Rule::ReservedSuffix),
    ("metric-type-in-name", Rule::TypeInName),
    ("metric-units", Rule::NonBaseUnit),
    ("percent", Rule::NonBaseUnit),
    ("reserved-chars", Rule::Colon),
    ("unit-abbreviations", Rule::AbbreviatedUnit),
];

/// Those that are the same rule. The lint has less of suffixes: none of a type's own, none that only OpenMetrics keeps.
const SAME: &[Rule] = &[Rule::CamelCase, Rule::TypeInName, Rule::NonBaseUnit, Rule::Colon, Rule::AbbreviatedUnit];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "[a-zA-Z]{1,4}"]
}

fn name() -> impl Strategy<Value = String> {
    vec(word(), 1..5).prop_map(|words| words.join("_")).prop_filter("legal", |name| {
        !name.is_empty() && !name.starts_with("__") && !name.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn by_derive(named: Named<'_>) -> BTreeSet<Rule> {
    let breaks = |rule: &Rule| {
        let others: Vec<_> = Rule::ALL.into_iter().filter(|other| other != rule).collect();
        Named { allow: Rules::of(&others), ..named }.find().is_some()
    };
    Rule::ALL.into_iter().filter(breaks).collect()
}

fn by_lint(named: Named<'_>) -> BTreeSet<&'static str> {
    let name = [named.prefix, named.name].join(if named.prefix.is_empty() { "" } else { "_" });
    let name = name + named.kind.value_suffix();
    let mut family = MetricFamily::new(&name, "Help that says what it is.", named.kind).unwrap();
    if let Some(unit) = named.unit {
        family = family.with_unit(unit.to_owned()).unwrap();
    }
    Linter::new().families([&family]).iter().map(|problem| problem.rule).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn both_find_the_same(
        prefix in prop::sample::select(&["", "shop", "my_app"][..]),
        name in name(),
        kind in prop::sample::select(&Kind::ALL[..]),
    ) {
        let named = Named { prefix, ..Named::new(&name, kind) };
        let (derive, lint) = (by_derive(named), by_lint(named));
        for (id, rule) in PAIRS {
            prop_assert!(!lint.contains(id) || derive.contains(rule), "{named:?}: the derive misses {id} of {lint:?}");
        }
        for rule in SAME {
            let in_lint = PAIRS.iter().any(|(id, same)| same == rule && lint.contains(id));
            prop_assert!(in_lint || !derive.contains(rule), "{named:?}: the lint misses {rule} of {derive:?}");
        }
    }

    #[test]
    fn the_derive_finds_in_a_declared_unit_what_the_lint_finds_in_the_name(
        name in name(),
        unit in word().prop_filter("legal", |unit| !unit.is_empty() && !unit.starts_with('2')),
        kind in prop::sample::select(&[Kind::Counter, Kind::Gauge, Kind::Histogram, Kind::Summary, Kind::Unknown][..]),
    ) {
        let named = Named { prefix: "shop", unit: Some(&unit), ..Named::new(&name, kind) };
        let (derive, lint) = (by_derive(named), by_lint(named));
        for (id, rule) in PAIRS {
            prop_assert!(!lint.contains(id) || derive.contains(rule), "{named:?}: the derive misses {id} of {lint:?}");
        }
    }
}

#[test]
fn units_are_those_of_promlint() {
    let units = ["amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts"];
    for unit in units {
        assert_eq!(base_unit(unit), Some(unit));
        for prefix in
            ["pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi"]
        {
            assert_eq!(base_unit(&format!("{prefix}{unit}")), Some(unit), "{prefix}{unit}");
        }
        for prefix in ["mebi", "giga", "gibi", "tera", "tebi", "peta", "pebi"] {
            assert_eq!(base_unit(&format!("{prefix}{unit}")), Some(unit), "{prefix}{unit}");
        }
    }
    let others = [
        ("minutes", "seconds"),
        ("hours", "seconds"),
        ("days", "seconds"),
        ("weeks", "seconds"),
        ("kelvins", "kelvin"),
        ("fahrenheit", "celsius"),
        ("rankine", "celsius"),
        ("inches", "meters"),
        ("yards", "meters"),
        ("miles", "meters"),
        ("bits", "bytes"),
        ("calories", "joules"),
        ("pounds", "grams"),
        ("ounces", "grams"),
        ("kilobits", "bytes"),
        ("millidays", "seconds"),
    ];
    for (unit, base) in others {
        assert_eq!(base_unit(unit), Some(base), "{unit}");
    }
    for word in ["second", "byte", "kilo", "kilokilobytes", "Seconds", "", "milli", "mmeters"] {
        assert_eq!(base_unit(word), None, "{word}");
    }
}
