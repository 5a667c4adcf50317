//! Native histograms against a model that keeps every observation.

use metrics_core::model::{FamilySink, Labels, NativeBuckets, NativeHistogram, Point, Timestamp};
use metrics_core::{Family, Histogram, LabelSet, NativeOptions, Registry};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The bounds of an octave from a half on in schema 8, as `client_golang` lists them.
static FRACTIONS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let listed = include_str!("../../metrics-core/src/metric/histogram/native/bounds.txt");
    listed.split_whitespace().map(|bound| bound.parse().unwrap()).collect()
});

/// Above and at most, by the specification's definition.
fn index(distance: f64, schema: i8) -> i32 {
    if distance == f64::INFINITY {
        return index(f64::MAX, schema) + 1;
    }
    // distance = fraction × 2^exponent, the fraction from a half on and below 1. Powers of two change no digit.
    let mut exponent = 0;
    let mut fraction = distance;
    while fraction >= 1.0 {
        (fraction, exponent) = (fraction / 2.0, exponent + 1);
    }
    while fraction < 0.5 {
        (fraction, exponent) = (fraction * 2.0, exponent - 1);
    }
    if schema > 0 {
        let bounds = FRACTIONS.iter().step_by(256 >> schema);
        let below = bounds.filter(|bound| **bound < fraction).count();
        (exponent - 1) * (1 << schema) + i32::try_from(below).unwrap()
    } else {
        let exponent = if fraction == 0.5 { exponent - 1 } else { exponent };
        let width = 1 << -schema;
        exponent.div_euclid(width) + i32::from(exponent.rem_euclid(width) != 0)
    }
}

/// The upper bound of the bucket of index `index`.
fn upper_bound(index: i32, schema: i8) -> f64 {
    let octaves = f64::from(index) * 2f64.powi(-i32::from(schema));
    octaves.exp2()
}

#[derive(Debug, Default, PartialEq)]
struct Model {
    schema: i8,
    zero_threshold: f64,
    zeros: u64,
    not_a_number: u64,
    /// Whether it is below zero, and the index.
    buckets: BTreeMap<(bool, i32), u64>,
}

impl Model {
    /// All of `values`, seen with the eyes of a resolution.
    fn of(values: &[f64], schema: i8, zero_threshold: f64) -> Self {
        let mut model = Self { schema, zero_threshold, ..Self::default() };
        values.iter().for_each(|value| model.add(*value));
        model
    }

    fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.not_a_number += 1;
        } else if value.abs() <= self.zero_threshold {
            self.zeros += 1;
        } else {
            *self.buckets.entry((value < 0.0, index(value.abs(), self.schema))).or_default() += 1;
        }
    }

    /// After the last of `values`, of which it has seen the others: the steps of the field, over and over.
    fn observe_last(&mut self, values: &[f64], max: usize, max_zero: f64) {
        self.add(*values.last().unwrap());
        while self.buckets.len() > max {
            let nearest = self.buckets.keys().map(|(_, index)| *index).min().unwrap();
            let wider = upper_bound(nearest, self.schema);
            *self = if wider <= max_zero {
                Self::of(values, self.schema, wider)
            } else if self.schema > -4 {
                Self::of(values, self.schema - 1, self.zero_threshold)
            } else {
                break;
            };
        }
    }
}

fn as_model(histogram: &NativeHistogram) -> Model {
    let side = |buckets: &NativeBuckets, negative| {
        let counted = buckets.iter().filter(|(_, count)| *count > 0);
        counted.map(move |(index, count)| ((negative, index), count)).collect::<Vec<_>>()
    };
    let buckets = side(histogram.positive(), false).into_iter().chain(side(histogram.negative(), true)).collect();
    let zeros = histogram.zero_count();
    let mut model = Model {
        schema: histogram.schema(),
        zero_threshold: histogram.zero_threshold(),
        zeros,
        not_a_number: 0,
        buckets,
    };
    model.not_a_number = histogram.count() - zeros - model.buckets.values().sum::<u64>();
    model
}

/// Spans as short as can be told: none begins where another ends, or within two buckets behind it.
fn check_spans(buckets: &NativeBuckets) {
    for (at, span) in buckets.spans().iter().enumerate() {
        assert!(span.length > 0 && (at == 0 || span.offset > 2), "{buckets:?}");
    }
    let empty = buckets.counts().windows(3).filter(|counts| **counts == [0, 0, 0]).count();
    assert!(empty == 0 && buckets.counts().first() != Some(&0) && buckets.counts().last() != Some(&0), "{buckets:?}");
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-40f64..40.0).prop_map(f64::exp2),
        4 => (-40f64..40.0).prop_map(|exponent| -exponent.exp2()),
        2 => (-40i32..40).prop_map(|exponent| 2f64.powi(exponent)),
        1 => any::<f64>(),
        1 => prop_oneof![
            Just(0.0),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MAX),
            Just(5e-324),
            Just(f64::MIN_POSITIVE),
        ],
    ]
}

/// A factor that selects each schema.
const FACTORS: [(i8, f64); 13] = [
    (-4, 65_536.0),
    (-3, 256.0),
    (-2, 16.0),
    (-1, 4.0),
    (0, 2.0),
    (1, 1.5),
    (2, 1.2),
    (3, 1.1),
    (4, 1.05),
    (5, 1.03),
    (6, 1.02),
    (7, 1.01),
    (8, 1.005),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_histogram_is_what_its_model_is(
        (schema, factor) in prop::sample::select(&FACTORS[..]),
        zero_threshold in prop_oneof![Just(0.0), Just(2f64.powi(-128)), Just(0.001), Just(0.25)],
        max_zero in prop_oneof![Just(0.0), Just(1.0)],
        max in 1usize..40,
        values in vec(value(), 0..150),
    ) {
        let options = NativeOptions::DEFAULT
            .factor(factor)
            .zero_threshold(zero_threshold)
            .max_zero_threshold(max_zero)
            .max_buckets(max);
        // Where bounds are powers of two, the model knows them without rounding.
        prop_assume!(max_zero == 0.0 || schema <= 0);
        let histogram = Histogram::with_native(&[0.5, 2.0], options);
        let mut model = Model::of(&[], schema, zero_threshold);
        for (at, value) in values.iter().enumerate() {
            histogram.observe(*value);
            model.observe_last(&values[..=at], max, max_zero);
            if at % 10 == 0 || at + 1 == values.len() {
                prop_assert_eq!(&as_model(&histogram.to_native().unwrap()), &model);
            }
        }
        let native = histogram.to_native().unwrap();
        check_spans(native.positive());
        check_spans(native.negative());
        let sum: f64 = values.iter().sum();
        let magnitude: f64 = values.iter().map(|value| value.abs()).sum();
        let close = (native.sum() - sum).abs() <= magnitude * 1e-12;
        prop_assert!(close || native.sum() == sum || !magnitude.is_finite(), "{} is not {sum}", native.sum());
        prop_assert!(!values.iter().any(|value| value.is_nan()) || native.sum().is_nan());
        let classic = [
            values.iter().filter(|value| **value <= 0.5).count() as u64,
            values.iter().filter(|value| **value > 0.5 && **value <= 2.0).count() as u64,
            values.iter().filter(|value| value.is_nan() || **value > 2.0).count() as u64,
        ];
        prop_assert_eq!(histogram.counts(), classic);
    }
}

#[derive(LabelSet)]
struct Page<'a> {
    path: &'a str,
}

#[derive(Default)]
struct Seen(Vec<(String, u64, Option<Model>)>);

impl FamilySink for Seen {
    fn begin(&mut self, _: &metrics_core::model::Desc) {}

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
        let Point::Histogram { buckets, native, .. } = *point else { return };
        self.0.push((labels.own.to_owned(), buckets.total(), native.map(as_model)));
    }

    fn abandon(&mut self) {}
}

#[test]
fn series_of_a_family_are_scraped_with_both_kinds_of_buckets() {
    let seconds = Arc::new(Family::<Page<'static>, Histogram>::with_native(&[1.0], NativeOptions::DEFAULT.factor(2.0)));
    let registry = Registry::new();
    let definition = metrics_core::registry::Definition::new("seconds", "Help.");
    registry.register(definition, Arc::clone(&seconds)).unwrap();
    seconds.with(&Page { path: "/a" }).observe(3.0);
    seconds.with(&Page { path: "/b" }).observe(0.0);
    seconds.with(&Page { path: "/b" }).observe(-8.0);
    let scrape = || {
        let mut seen = Seen::default();
        let mut scrape = registry.scrape();
        while scrape.step(&mut seen).unwrap() {}
        seen.0
    };
    let zero = 2f64.powi(-128);
    let of = |values: &[f64]| Some(Model::of(values, 0, zero));
    let a = (r#"path="/a""#.to_owned(), 1, of(&[3.0]));
    let b = (r#"path="/b""#.to_owned(), 2, of(&[0.0, -8.0]));
    assert_eq!(scrape(), [a, b]);
    // What comes after it uses the cells of a removed series.
    for n in 0..1_000 {
        let path = format!("/{n}");
        let series = seconds.with(&Page { path: &path });
        assert_eq!(series.count(), 0);
        series.observe(f64::from(n) + 1.0);
        assert_eq!((series.count(), series.sum()), (1, f64::from(n) + 1.0));
        drop(series);
        assert!(seconds.remove(&Page { path: &path }));
    }
    assert_eq!(scrape().len(), 2);
}
