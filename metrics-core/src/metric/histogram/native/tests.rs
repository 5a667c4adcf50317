use super::labels::{Labels, label};
use super::table::{Segments, Table};
use super::*;
use crate::metric::Histogram;
use crate::metric::{Collect, Cursor, Points, Scratch};
use crate::model::{BucketSpan, Desc, FamilySink, Labels as SeriesLabels, Point};
use std::collections::BTreeSet;
use std::time::Duration;

const ODD: [f64; 12] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e-40,
    -1e-40,
];

fn options(factor: f64) -> NativeOptions {
    NativeOptions::DEFAULT.factor(factor)
}

fn observe(histogram: &Histogram, values: &[f64]) {
    values.iter().for_each(|value| histogram.observe(*value));
}

/// Index and count.
type Counted = Vec<(i32, u64)>;

/// What is in the buckets above zero, and below.
fn buckets(native: &NativeHistogram) -> (Counted, Counted) {
    let of = |side: &crate::model::NativeBuckets| side.iter().filter(|(_, count)| *count > 0).collect();
    (of(native.positive()), of(native.negative()))
}

/// What a scrape gives.
fn scrape(histogram: &Histogram) -> (NativeHistogram, Timestamp) {
    struct Sink(Option<(NativeHistogram, Timestamp)>);

    impl FamilySink for Sink {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, _: SeriesLabels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
            let Point::Histogram { native: Some(native), created: Some(created), .. } = *point else { panic!() };
            self.0 = Some((native.clone(), created));
        }

        fn abandon(&mut self) {}
    }

    let mut sink = Sink(None);
    let mut points = Points { own: "", sink: &mut sink, scope: "", scratch: &mut Scratch::default() };
    histogram.collect(0, Cursor::START, &mut points);
    sink.0.unwrap()
}

#[test]
fn the_table_finds_what_the_labels_say() {
    for zero_threshold in [0.0, 1e-310, 2f64.powi(-128), 0.75, f64::MAX] {
        for factor in [65_536.0, 2.0, 1.1, 1.001] {
            let options = options(factor).zero_threshold(zero_threshold).max_buckets(10_000);
            let mut labels = Labels::new(&options);
            let values = (-60..60).flat_map(|exponent| [1.01f64.powi(exponent), -(1.7f64.powi(exponent))]).chain(ODD);
            let mut expected = Vec::new();
            for value in values {
                let (cell, is_reset) = labels.cell(value, &options, false);
                assert!(!is_reset);
                expected.push((value, cell));
            }
            let mut segments = Segments { ranges: Vec::new(), classic: 2 };
            while segments.capacity() < labels.len() {
                add_segment(&mut segments, &mut stop());
            }
            let table = Table::new(&labels, segments, 0);
            assert!(table.fits(&labels));
            let mut behind = BTreeSet::new();
            for (value, cell) in expected {
                let word = Some(table.segments.slot(cell).word());
                assert_eq!(table.find(value).map(Slot::word), word, "{value:e}");
                let is_usual = value.is_normal() && value > zero_threshold;
                match table.find_usual(value).map(Slot::word) {
                    // Its bucket comes behind that of an odd value, which lies far from all others.
                    None if is_usual => _ = behind.insert(cell),
                    found => assert_eq!(found, word.filter(|_| is_usual), "{value:e}"),
                }
            }
            assert!(behind.len() <= ODD.len(), "{behind:?}");
            assert_eq!(table.find(1e200).is_some(), zero_threshold == f64::MAX);
        }
    }
}

#[test]
fn odd_numbers() {
    let histogram = Histogram::with_native(&[1.0], options(2.0));
    observe(&histogram, &ODD);
    let native = histogram.to_native().unwrap();
    assert!(native.sum().is_nan());
    assert_eq!(native.count(), 12);
    assert_eq!(native.zero_count(), 7);
    // The bucket of infinity is the one behind that of the greatest number.
    let both = vec![(1024, 1), (1025, 1)];
    assert_eq!(buckets(&native), (both.clone(), both));
    assert_eq!(histogram.counts(), [9, 3]);
    assert_eq!(histogram.count(), 12);
}

#[test]
fn without_a_zero_bucket_only_zero_is_zero() {
    let histogram = Histogram::native(options(2.0).zero_threshold(0.0));
    observe(&histogram, &[0.0, -0.0, 5e-324, -5e-324, f64::MIN_POSITIVE]);
    let native = histogram.to_native().unwrap();
    assert_eq!((native.zero_threshold(), native.zero_count()), (0.0, 2));
    assert_eq!(buckets(&native), (vec![(-1074, 1), (-1022, 1)], vec![(-1074, 1)]));
}

#[test]
fn small_gaps_are_filled() {
    let histogram = Histogram::native(options(2.0));
    for index in [-3, 0, 4, 5] {
        histogram.observe(2f64.powi(index));
    }
    let native = histogram.to_native().unwrap();
    let span = |offset, length| BucketSpan { offset, length };
    assert_eq!(native.positive().spans(), [span(-3, 4), span(3, 2)]);
    assert_eq!(native.positive().counts(), [1, 0, 0, 1, 1, 1]);
    assert_eq!(native.negative().spans(), []);
}

#[test]
fn an_empty_one_has_no_buckets() {
    let (native, created) = scrape(&Histogram::native(NativeOptions::DEFAULT));
    assert_eq!((native.schema(), native.count(), native.sum()), (3, 0, 0.0));
    assert_eq!(native.zero_threshold(), 2.938735877055719e-39);
    assert!(created <= Timestamp::now());
}

#[test]
fn the_zero_bucket_swallows_what_is_near_it_first() {
    let options = options(2.0).max_buckets(3).max_zero_threshold(0.5);
    let histogram = Histogram::native(options);
    observe(&histogram, &[0.25, -0.25, 1.0, 2.0]);
    let native = histogram.to_native().unwrap();
    assert_eq!((native.schema(), native.zero_threshold(), native.zero_count()), (0, 0.25, 2));
    assert_eq!(buckets(&native), (vec![(0, 1), (1, 1)], vec![]));
    // Nearer than what is swallowed: at once.
    histogram.observe(0.125);
    // Next, 0.5 goes; then 1 is too far away, and the resolution is halved.
    observe(&histogram, &[0.5, 4.0, 8.0]);
    let native = histogram.to_native().unwrap();
    assert_eq!((native.schema(), native.zero_threshold(), native.zero_count()), (-1, 0.5, 4));
    assert_eq!(buckets(&native), (vec![(0, 1), (1, 2), (2, 1)], vec![]));
    assert_eq!((native.count(), native.sum()), (8, 15.625));
}

#[test]
fn the_coarsest_resolution_may_have_more_buckets() {
    let histogram = Histogram::native(options(1.001).max_buckets(1));
    let values = [1e-30, 1.0, 1e30, -1e30];
    observe(&histogram, &values);
    let native = histogram.to_native().unwrap();
    assert_eq!(native.schema(), -4);
    assert_eq!(buckets(&native), (vec![(-6, 1), (0, 1), (7, 1)], vec![(7, 1)]));
}

#[test]
fn old_enough_it_starts_over() {
    let histogram = Histogram::with_native(&[1.0], options(2.0).max_buckets(2).min_reset(Duration::ZERO));
    observe(&histogram, &[1.0, 2.0, 2.0]);
    assert_eq!(histogram.count(), 3);
    let created = histogram.created();
    histogram.observe(4.0);
    assert_eq!(buckets(&histogram.to_native().unwrap()), (vec![(2, 1)], vec![]));
    assert_eq!((histogram.counts(), histogram.sum()), (vec![0, 1], 4.0));
    assert!(histogram.created() >= created);
}

#[test]
fn too_young_it_gets_coarser_and_starts_over_behind_a_scrape() {
    let age = Duration::from_millis(if cfg!(miri) { 10_000 } else { 200 });
    let histogram = Histogram::native(options(2.0).max_buckets(2).min_reset(age));
    observe(&histogram, &[1.0, 2.0, 4.0]);
    let (native, created) = scrape(&histogram);
    assert_eq!((native.schema(), native.count()), (-1, 3));
    std::thread::sleep(age);
    // Nothing that this scrape does not show is lost.
    assert_eq!(scrape(&histogram).0.count(), 3);
    let (native, reset) = scrape(&histogram);
    assert_eq!((native.schema(), native.count(), native.sum()), (0, 0, 0.0));
    assert!(reset > created);
}

#[test]
fn starting_over_gives_the_cells_back() {
    let histogram = Histogram::native(options(2.0).max_buckets(10).min_reset(Duration::ZERO));
    for round in 0..1_000 {
        histogram.observe(2f64.powi(round % 500));
    }
    let garbage = histogram.native.as_ref().unwrap().table.take_quiet(&mut stop());
    let garbage = garbage.len();
    // About 90 lives have gone by. Pins of other tests may keep some.
    assert!(garbage < 60, "{garbage}");
}

#[test]
fn labels_only_get_coarser() {
    let options = options(1.002).max_buckets(20).max_zero_threshold(0.01);
    let mut labels = Labels::new(&options);
    let mut values = Vec::new();
    for n in 0..2_000 {
        let value = 1.003f64.powi(n * 7 % 5_000 - 2_500) * if n % 3 == 0 { -1.0 } else { 1.0 };
        let (cell, _) = labels.cell(value, &options, false);
        values.push((value, cell));
        assert!(labels.buckets_and_cells().len() <= 20);
    }
    let now = |value| label(value, labels.steps, labels.zero_threshold);
    assert!(values.iter().all(|(value, cell)| now(*value) == labels.of_cells[*cell]));
}
