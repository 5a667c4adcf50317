//! Native histograms whose buckets change under many writers.

use super::{Random, load, with_scraper};
use crate::metric::Histogram;
use crate::model::NativeHistogram;
use crate::{Family, LabelSet, LabelValue, NativeOptions};
use std::time::Duration;

const FINEST: NativeOptions = NativeOptions::DEFAULT.factor(1.001);

/// Least and greatest sum that positive observations in these buckets can have.
fn bounds(native: &NativeHistogram) -> (f64, f64) {
    let base = 2f64.powf(2f64.powi(-i32::from(native.schema())));
    let sum = |below: i32| native.positive().iter().map(|(i, n)| n as f64 * base.powi(i - below)).sum::<f64>();
    (sum(1) * (1.0 - 1e-9), sum(0) * (1.0 + 1e-9))
}

/// Values that need more and more octaves, so that the resolution is halved twelve times, by all threads at once.
#[test]
fn eight_threads_force_the_resolution_from_8_to_minus_4() {
    let histogram = Histogram::with_native(&[1.0, 1e100], FINEST.max_buckets(16).zero_threshold(0.0));
    let n = load(50_000);
    let (mut last, mut schemas) = (0, vec![8]);
    with_scraper(
        8,
        |writer| {
            let mut random = Random(writer as u64);
            for i in 0..n {
                // From a tenth of an octave to six hundred.
                let width = 0.1 + 600.0 * (i as f64 / n as f64).powi(3);
                histogram.observe((width * (random.next() % 1_000) as f64 / 1_000.0).exp2());
            }
        },
        || {
            let native = histogram.to_native().unwrap();
            assert!(native.count() >= last, "went back from {last} to {}", native.count());
            last = native.count();
            let (least, most) = bounds(&native);
            assert!(least <= native.sum() && native.sum() <= most, "{} is not in {least} to {most}", native.sum());
            assert!(native.positive().iter().filter(|(_, n)| *n > 0).count() <= 39);
            if schemas.last() != Some(&native.schema()) {
                schemas.push(native.schema());
            }
        },
    );
    let native = histogram.to_native().unwrap();
    assert_eq!((native.count(), native.zero_count()), (8 * n, 0));
    assert_eq!(histogram.counts().iter().sum::<u64>(), 8 * n);
    assert!(schemas.is_sorted_by(|a, b| a > b), "{schemas:?}");
    if !cfg!(miri) {
        assert_eq!(native.schema(), -4);
    }
}

/// Powers of two: each bucket has one sum, so that a scrape that sees an observation in part is found out.
#[test]
fn every_scrape_sees_whole_observations_while_buckets_appear() {
    for round in 0..if cfg!(miri) { 1 } else { 20 } {
        let histogram = Histogram::with_native(&[100.0], NativeOptions::DEFAULT.factor(2.0).max_buckets(1_000));
        let n = load(500);
        with_scraper(
            8,
            |writer| {
                let mut random = Random(writer as u64 + round);
                for i in 0..n {
                    histogram.observe((1u64 << random.below(1 + (i * 40 / n) as usize)) as f64);
                }
            },
            || {
                let native = histogram.to_native().unwrap();
                let sum: f64 = native.positive().iter().map(|(index, n)| n as f64 * 2f64.powi(index)).sum();
                assert_eq!(native.sum(), sum);
            },
        );
        assert_eq!(histogram.count(), 8 * n);
    }
}

/// Each life ends with the reset that begins the next; no scrape sees anything of two.
#[test]
fn lives_do_not_mix() {
    let options = NativeOptions::DEFAULT.factor(2.0).max_buckets(8).min_reset(Duration::ZERO);
    let histogram = Histogram::with_native(&[100.0], options);
    let n = load(20_000);
    with_scraper(
        4,
        |writer| {
            let mut random = Random(writer as u64);
            for _ in 0..n {
                histogram.observe((1u64 << random.below(12)) as f64);
            }
        },
        || {
            let native = histogram.to_native().unwrap();
            let sum: f64 = native.positive().iter().map(|(index, n)| n as f64 * 2f64.powi(index)).sum();
            assert_eq!(native.sum(), sum);
            assert!(native.positive().iter().filter(|(_, n)| *n > 0).count() <= 8);
            assert_eq!(native.schema(), 0);
        },
    );
}

#[derive(Clone, Copy, LabelValue)]
enum Parity {
    Even,
    Odd,
}

#[derive(LabelSet)]
struct Hashed<'a> {
    writer: &'a str,
}

#[derive(LabelSet)]
struct Dense {
    parity: Parity,
}

/// Cells of a removed series are used again, and nothing of it is seen in the next.
#[test]
fn removed_series_leave_nothing_behind() {
    let hashed = Family::<Hashed<'static>, Histogram>::native(FINEST.max_buckets(20));
    let dense = Family::<Dense, Histogram>::with_native(&[3.0], FINEST.max_buckets(20));
    let n = load(10_000);
    let names = ["3", "5", "7", "11"];
    with_scraper(
        4,
        |writer| {
            let mut random = Random(writer as u64);
            // Each series gets multiples of its own prime.
            let prime = names[writer].parse::<f64>().unwrap();
            for i in 0..n {
                hashed.with(&Hashed { writer: names[writer] }).observe(prime * (1 + random.below(50)) as f64);
                dense.with(&Dense { parity: [Parity::Even, Parity::Odd][writer % 2] }).observe(2.0);
                if i % 100 == 0 {
                    hashed.remove(&Hashed { writer: names[random.below(4)] });
                    dense.remove(&Dense { parity: Parity::Odd });
                }
            }
        },
        || {
            for name in names {
                let series = hashed.with(&Hashed { writer: name });
                let native = series.to_native().unwrap();
                assert_eq!(native.sum() % name.parse::<f64>().unwrap(), 0.0, "{name}");
                assert_eq!(native.count() == 0, native.sum() == 0.0);
            }
            let native = dense.with(&Dense { parity: Parity::Even }).to_native().unwrap();
            assert_eq!(native.sum(), 2.0 * native.count() as f64);
        },
    );
    assert_eq!(dense.with(&Dense { parity: Parity::Even }).count(), 2 * n);
    hashed.clear();
    for name in names {
        assert_eq!(hashed.with(&Hashed { writer: name }).count(), 0);
    }
    dense.clear();
    assert_eq!(dense.with(&Dense { parity: Parity::Even }).counts(), [0, 0]);
}
