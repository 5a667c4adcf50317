//! Values under many writers.

use super::{Random, load, with_scraper, with_scrapers};
use crate::metric::{Counter, Histogram, Measured};

#[test]
fn counters_are_exact_and_never_go_back() {
    let counters: Vec<Counter> = (0..16).map(|_| Counter::new()).collect();
    let floats = Counter::<f64>::default();
    let n = load(200_000);
    let mut last = [0; 16];
    with_scraper(
        8,
        |writer| {
            for i in 0..n as usize {
                counters[(i + writer) % 16].inc();
                floats.inc_by(0.5);
            }
        },
        || {
            for (counter, last) in counters.iter().zip(&mut last) {
                let value = counter.get();
                assert!(value >= *last, "went back from {last} to {value}");
                *last = value;
            }
        },
    );
    assert_eq!(last.iter().sum::<u64>(), 8 * n);
    assert_eq!(floats.get(), 4.0 * n as f64);
}

#[test]
fn every_scrape_of_several_sees_whole_observations() {
    let bounds: Vec<f64> = (1..=11).map(|b| f64::from(1 << b)).collect();
    let histogram = Histogram::new(&bounds);
    let n = load(100_000);
    with_scrapers(
        8,
        |writer| {
            let mut random = Random(writer as u64);
            for _ in 0..n {
                histogram.observe(f64::from(1u32 << (1 + random.below(12))));
            }
        },
        [0; 3].map(|mut last| {
            let histogram = &histogram;
            move || {
                let mut words = Vec::new();
                Measured::read(std::iter::once(histogram), &mut words);
                let sum: f64 = words[1..].iter().enumerate().map(|(k, n)| (*n << (k + 1)) as f64).sum();
                assert_eq!(f64::from_bits(words[0]), sum, "{words:?}");
                let count = words[1..].iter().sum();
                assert!(count >= last);
                last = count;
            }
        }),
    );
    assert_eq!(histogram.count(), 8 * n);
}
