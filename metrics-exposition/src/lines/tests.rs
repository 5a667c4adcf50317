//! What a page does not show: families that change or fail on the way.

use super::*;
use metrics_core::model::Buckets;
use metrics_core::registry::Definition;
use metrics_core::{Counter, Histogram, Registry};
use std::sync::Arc;

static DIALECT: Dialect = Dialect {
    header: |out, desc| push_all(out, &["# ", &desc.name, "\n"]),
    is_strict: true,
    gauges_apart: false,
    is_composite: false,
    exemplars: true,
    earliest: Timestamp::MIN,
    timestamp: |out, timestamp| push_all(out, &[" ", &timestamp.to_string()]),
    end: b"",
};

const ONE: Point<'static> = Point::Counter { value: Number::U64(1), exemplar: None, created: None };

/// Descriptors of a counter `a` and a histogram `b`.
fn descs() -> Vec<Desc> {
    let registry = Registry::new();
    registry.register(Definition::new("a", "A."), Arc::new(Counter::new())).unwrap();
    registry.register(Definition::new("b", "B."), Arc::new(Histogram::new(&[1.0]))).unwrap();
    registry.descs()
}

fn own(own: &str) -> Labels<'_> {
    Labels { scope: "", own }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn an_abandoned_family_leaves_nothing() {
    let [a, b] = &descs()[..] else { unreachable!() };
    let mut lines = Lines::new(&DIALECT, EncoderOptions::default());
    lines.begin(a);
    lines.point(own("x=\"1\""), &ONE, None);
    lines.begin(b);
    lines.abandon();
    lines.point(own("late"), &ONE, None);
    lines.begin(a);
    lines.point(own(""), &ONE, None);
    lines.abandon();
    lines.begin(a);
    assert_eq!(text(lines.take()), "# a\na_total{x=\"1\"} 1\n");
    assert!(lines.is_undoable());
}

#[test]
fn what_was_taken_cannot_be_undone() {
    let [a, b] = &descs()[..] else { unreachable!() };
    let mut lines = Lines::new(&DIALECT, EncoderOptions::default());
    lines.begin(a);
    assert!(lines.take().is_empty());
    assert!(lines.is_undoable());
    lines.point(own(""), &ONE, None);
    assert_eq!(text(lines.take()), "# a\na_total 1\n");
    assert!(!lines.is_undoable());
    lines.point(own("x=\"2\""), &ONE, None);
    assert_eq!(text(lines.take()), "a_total{x=\"2\"} 1\n");
    lines.begin(b);
    assert!(lines.is_undoable());
}

#[test]
fn scopes_and_bounds_may_change_within_a_family() {
    let [a, b] = &descs()[..] else { unreachable!() };
    let mut lines = Lines::new(&DIALECT, EncoderOptions { created: true, ..EncoderOptions::default() });
    lines.begin(a);
    for (scope, own) in [("", ""), ("s=\"1\"", ""), ("s=\"1\"", "x=\"1\""), ("s=\"2\"", "x=\"1\""), ("", "x=\"1\"")] {
        lines.point(Labels { scope, own }, &ONE, None);
    }
    let page = "# a\na_total 1\na_total{s=\"1\"} 1\na_total{s=\"1\",x=\"1\"} 1\na_total{s=\"2\",x=\"1\"} 1\na_total{x=\"1\"} 1\n";
    assert_eq!(text(lines.take()), page);

    lines.begin(b);
    let created = Some(Timestamp::from_nanos(1_500_000_000));
    let buckets = Buckets { bounds: &[], counts: &[2], exemplars: &[] };
    lines.point(own(""), &Point::Histogram { buckets, sum: Some(0.5), native: None, created }, None);
    let buckets = Buckets { bounds: &[1e6], counts: &[1, 2], exemplars: &[] };
    lines.point(own("x=\"1\""), &Point::Histogram { buckets, sum: Some(1e7), native: None, created: None }, None);
    let page = "# b\nb_bucket{le=\"+Inf\"} 2\nb_sum 0.5\nb_count 2\nb_created 1.5\n\
        b_bucket{x=\"1\",le=\"1e+06\"} 1\nb_bucket{x=\"1\",le=\"+Inf\"} 3\nb_sum{x=\"1\"} 10000000\nb_count{x=\"1\"} 3\n";
    assert_eq!(text(lines.take()), page);
}

/// Every part of a line at and around the lengths at which it is copied in another way.
#[test]
fn lines_of_every_length() {
    let [a, _] = &descs()[..] else { unreachable!() };
    let mut lines = Lines::new(&DIALECT, EncoderOptions::default());
    let mut expected = "# a\n".to_owned();
    lines.begin(a);
    for len in 0..300 {
        let (scope, labels) = (format!("s=\"{}\"", "s".repeat(len)), format!("x=\"{}\"", "x".repeat(300 - len)));
        lines.point(Labels { scope: &scope, own: &labels }, &ONE, None);
        expected += &format!("a_total{{{scope},{labels}}} 1\n");
    }
    assert_eq!(text(lines.take()), expected);
}

/// Counts of every length, with labels of every length: several ways lead to a line.
#[test]
fn counts_of_every_length() {
    let [a, b] = &descs()[..] else { unreachable!() };
    let mut lines = Lines::new(&DIALECT, EncoderOptions::default());
    let values: Vec<u64> = (0..20).flat_map(|k| [10u64.pow(k) - 1, 10u64.pow(k)]).chain([u64::MAX]).collect();
    let mut expected = "# a\n".to_owned();
    lines.begin(a);
    for len in 1..140 {
        let labels = format!("x=\"{}\"", "x".repeat(len));
        let count = |value| Count { own: &labels, value, created: Timestamp::MIN };
        let counts: Vec<_> = values.iter().copied().map(count).collect();
        lines.counts("", &counts);
        values.iter().for_each(|value| expected += &format!("a_total{{{labels}}} {value}\n"));
    }
    assert!(text(lines.take()) == expected);

    let mut expected = "# b\n".to_owned();
    lines.begin(b);
    for value in values {
        let buckets = Buckets { bounds: &[], counts: &[value], exemplars: &[] };
        lines.point(own(""), &Point::Histogram { buckets, sum: Some(1.0), native: None, created: None }, None);
        expected += &format!("b_bucket{{le=\"+Inf\"}} {value}\nb_sum 1\nb_count {value}\n");
    }
    assert_eq!(text(lines.take()), expected);
}
