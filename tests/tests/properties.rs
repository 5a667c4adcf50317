//! Random registries, encoded in each format and read back by an independent parser, are what they were.

mod page;

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Registry};
use metrics_exposition::{openmetrics, text};
use page::{Format, Sample, parse};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Clone, Debug)]
struct Generated {
    name: String,
    help: String,
    const_labels: Vec<(String, String)>,
    values: Values,
}

/// What the series of a family have seen, each with two labels of its own.
#[derive(Clone, Debug)]
enum Values {
    Counter(Vec<(Own, u64)>),
    Float(Vec<(Own, f64)>),
    Gauge(Vec<(Own, f64)>),
    Level(i64),
    Histogram(Vec<f64>, Vec<(Own, Vec<f64>)>),
}

type Own = (String, String);

#[derive(LabelSet)]
struct Labels<'a> {
    left: &'a str,
    right: &'a str,
}

fn text_value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        1 => "[\\\\\"\n,={}# a]{0,12}",
        1 => "[a-z]{0,80}",
    ]
}

fn series<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<(Own, T)>> {
    btree_map((text_value(), text_value()), value, 1..6).prop_map(|map| map.into_iter().collect())
}

fn bounds() -> impl Strategy<Value = Vec<f64>> {
    let bound = prop_oneof![
        any::<f64>().prop_filter("finite", |bound| bound.is_finite()),
        (-12i32..12).prop_map(|exponent| 10f64.powi(exponent)),
        (0u32..10_000).prop_map(|thousandths| f64::from(thousandths) / 1_000.0),
    ];
    vec(bound, 1..12).prop_map(|mut bounds| {
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        bounds
    })
}

fn values() -> impl Strategy<Value = Values> {
    prop_oneof![
        series(any::<u64>()).prop_map(Values::Counter),
        series((0.0..f64::MAX).prop_union(0.0..1e6)).prop_map(Values::Float),
        series(any::<f64>()).prop_map(Values::Gauge),
        any::<i64>().prop_map(Values::Level),
        (bounds(), series(vec(prop_oneof![any::<f64>(), -10.0..10.0], 0..20)))
            .prop_map(|(bounds, series)| Values::Histogram(bounds, series)),
    ]
}

fn registries() -> impl Strategy<Value = Vec<Generated>> {
    let family = ("[^\n\r]{1,40}", btree_map("[a-k][a-z0-9_]{0,5}[a-z]", text_value(), 0..3), values());
    vec(family, 0..6).prop_map(|families| {
        let named = families.into_iter().zip('a'..).map(|((help, const_labels, values), letter)| {
            let const_labels = const_labels.into_iter().filter(|(name, _)| name != "le").collect();
            Generated { name: format!("family_{letter}"), help, const_labels, values }
        });
        named.collect()
    })
}

/// Makes the registry; families whose help breaks a rule of the registry are left out of both.
fn register(families: &mut Vec<Generated>) -> Registry {
    let registry = Registry::new();
    families.retain(|family| {
        let definition = Definition {
            const_labels: family.const_labels.clone(),
            ..Definition::new(family.name.clone(), family.help.clone())
        };
        match &family.values {
            Values::Counter(series) => {
                let counters = Family::<Labels<'static>, Counter>::new();
                for ((left, right), value) in series {
                    counters.with(&Labels { left, right }).inc_by(*value);
                }
                registry.register(definition, Arc::new(counters)).is_ok()
            }
            Values::Float(series) => {
                let counters = Family::<Labels<'static>, Counter<f64>>::new();
                for ((left, right), value) in series {
                    counters.with(&Labels { left, right }).inc_by(*value);
                }
                registry.register(definition, Arc::new(counters)).is_ok()
            }
            Values::Gauge(series) => {
                let gauges = Family::<Labels<'static>, Gauge>::new();
                for ((left, right), value) in series {
                    gauges.with(&Labels { left, right }).set(*value);
                }
                registry.register(definition, Arc::new(gauges)).is_ok()
            }
            Values::Level(value) => {
                let gauge = Gauge::<i64>::default();
                gauge.set(*value);
                registry.register(definition, Arc::new(gauge)).is_ok()
            }
            Values::Histogram(bounds, series) => {
                let histograms = Family::<Labels<'static>, Histogram>::with_buckets(bounds.clone().leak());
                for ((left, right), observations) in series {
                    let histogram = histograms.with(&Labels { left, right });
                    observations.iter().for_each(|value| histogram.observe(*value));
                }
                registry.register(definition, Arc::new(histograms)).is_ok()
            }
        }
    });
    registry
}

/// The samples that a family must show.
fn expected(family: &Generated, format: Format) -> (&'static str, Vec<Sample>) {
    let sample = |suffix: &str, own: Option<&Own>, le: Option<&str>, value: String| {
        let mut labels = family.const_labels.clone();
        if let Some((left, right)) = own {
            labels.extend([("left".to_owned(), left.clone()), ("right".to_owned(), right.clone())]);
        }
        labels.extend(le.map(|le| ("le".to_owned(), le.to_owned())));
        Sample { suffix: suffix.to_owned(), labels, value }
    };
    match &family.values {
        Values::Counter(series) => {
            let samples = series.iter().map(|(own, value)| sample("_total", Some(own), None, value.to_string()));
            ("counter", samples.collect())
        }
        Values::Float(series) => {
            let samples = series.iter().map(|(own, value)| sample("_total", Some(own), None, value.to_string()));
            ("counter", samples.collect())
        }
        Values::Gauge(series) => {
            let samples = series.iter().map(|(own, value)| sample("", Some(own), None, value.to_string()));
            ("gauge", samples.collect())
        }
        Values::Level(value) => ("gauge", vec![sample("", None, None, value.to_string())]),
        Values::Histogram(bounds, series) => {
            let mut samples = Vec::new();
            for (own, observations) in series {
                let sum: f64 = observations.iter().fold(0.0, |sum, value| sum + value);
                for bound in bounds {
                    let count = observations.iter().filter(|value| *value <= bound).count();
                    samples.push(sample("_bucket", Some(own), Some(&bound.to_string()), count.to_string()));
                }
                // An observation that is no number is counted, in the last bucket alone.
                let all = observations.len();
                samples.push(sample("_bucket", Some(own), Some("inf"), all.to_string()));
                if format == Format::Text || (sum >= 0.0 && bounds[0] >= 0.0) {
                    samples.push(sample("_sum", Some(own), None, f64::to_string(&sum)));
                    samples.push(sample("_count", Some(own), None, all.to_string()));
                }
            }
            ("histogram", samples)
        }
    }
}

/// Integers by their digits, others by their bits; all NaN are one.
fn same_number(written: &str, expected: &str) -> bool {
    let parse = |text: &str| text.parse::<f64>().unwrap();
    let (a, b) = (parse(written), parse(expected));
    let as_integers = written.parse::<i128>().ok().zip(expected.parse::<i128>().ok());
    as_integers.is_none_or(|(a, b)| a == b) && (a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
}

fn round_trip(mut families: Vec<Generated>) {
    let registry = register(&mut families);
    for (format, page) in [
        (Format::Text, text::generate_latest(&registry)),
        (Format::OpenMetrics, openmetrics::generate_latest(&registry)),
    ] {
        let shown = || String::from_utf8_lossy(&page);
        let read = parse(&page, format).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
        assert_eq!(read.len(), families.len(), "{}", shown());
        for (read, family) in read.iter().zip(&families) {
            let (kind, samples) = expected(family, format);
            assert_eq!((&*read.name, &*read.kind, &*read.help), (&*family.name, kind, &*family.help));
            assert_eq!(read.samples.len(), samples.len(), "{family:?}\n{}", shown());
            for (read, expected) in read.samples.iter().zip(&samples) {
                assert_eq!(read.suffix, expected.suffix);
                assert!(same_number(&read.value, &expected.value), "{read:?} {expected:?}");
                assert_eq!(read.labels.len(), expected.labels.len(), "{read:?} {expected:?}");
                for (read, expected) in read.labels.iter().zip(&expected.labels) {
                    assert_eq!(read.0, expected.0);
                    assert!(read.1 == expected.1 || (read.0 == "le" && same_number(&read.1, &expected.1)));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_what_was_counted(families in registries()) {
        round_trip(families);
    }

    #[test]
    fn any_label_value_comes_back(value in any::<String>()) {
        let family = |values| Generated {
            name: "family".into(),
            help: "Help.".into(),
            const_labels: vec![("constant".into(), value.clone())],
            values,
        };
        round_trip(vec![family(Values::Counter(vec![((value.clone(), value.clone()), 1)]))]);
    }
}

/// The parser refuses what it should, or the tests above would prove nothing.
#[test]
fn the_parser_is_strict() {
    let good = "# TYPE a counter\n# HELP a Help.\na_total{x=\"\\\\\\\"\\n\"} 1\n# EOF\n";
    assert!(parse(good.as_bytes(), Format::OpenMetrics).is_ok());
    for (from, to) in [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF"),
        ("# EOF\n", "# EOF\n\n"),
        ("a_total", "a"),
        ("a_total", "b_total"),
        (" 1\n", " -1\n"),
        (" 1\n", " NaN\n"),
        (" 1\n", " 0x1\n"),
        (" 1\n", "  1\n"),
        ("{x=\"", "{x=\"\""),
        ("{x=\"", "{y=\"\\t\",x=\""),
        ("{x=\"", "{x=\"\",x=\""),
        ("# TYPE a counter\n", ""),
        ("# HELP a Help.\n", "# HELP a Help.\n# TYPE a counter\n"),
        ("# HELP a Help.\n", "# HELP a \"Help.\"\n"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert!(parse(bad.as_bytes(), Format::OpenMetrics).is_err(), "{bad}");
    }
}
