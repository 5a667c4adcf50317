//! Load on the cells that ship; each test fails at the first wrong number.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]

use crate::metric::{Counter, Family, Gauge, Histogram};
use crate::{LabelSet, LabelValue};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

/// As much load as for every day; `METRICS_STRESS=20` times that for a long run, little of it under Miri.
fn load(n: u64) -> u64 {
    if cfg!(miri) {
        return (n / 10_000).max(4);
    }
    n * std::env::var("METRICS_STRESS").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// splitmix64: repeatable, and long enough that no branch predictor learns it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Runs `writers` at once, and `scrape` all the while and once more at the end.
fn with_scraper(writers: usize, write: impl Fn(usize) + Sync, mut scrape: impl FnMut()) {
    let (left, gate) = (AtomicUsize::new(writers), Barrier::new(writers));
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (left, gate, write) = (&left, &gate, &write);
            scope.spawn(move || {
                gate.wait();
                write(writer);
                left.fetch_sub(1, Release);
            });
        }
        while left.load(Acquire) > 0 {
            scrape();
        }
    });
    scrape();
}

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
fn every_scrape_sees_whole_observations() {
    let bounds: Vec<f64> = (1..=11).map(|b| f64::from(1 << b)).collect();
    let histogram = Histogram::new(&bounds);
    let n = load(100_000);
    let mut last = 0;
    with_scraper(
        8,
        |writer| {
            let mut random = Random(writer as u64);
            for _ in 0..n {
                histogram.observe(f64::from(1u32 << (1 + random.below(12))));
            }
        },
        || {
            let mut words = Vec::new();
            crate::metric::Child::read(std::iter::once(&histogram), &mut words);
            let sum: f64 = words[1..].iter().enumerate().map(|(k, n)| (*n << (k + 1)) as f64).sum();
            assert_eq!(f64::from_bits(words[0]), sum, "{words:?}");
            let count = words[1..].iter().sum();
            assert!(count >= last);
            last = count;
        },
    );
    assert_eq!(last, 8 * n);
}

#[test]
fn counts_of_threads_that_ended_stay() {
    let counters: Vec<Counter> = (0..100).map(|_| Counter::new()).collect();
    let rounds = load(200);
    for _ in 0..rounds {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| counters.iter().for_each(Counter::inc));
            }
        });
    }
    assert!(counters.iter().all(|counter| counter.get() == 8 * rounds));
}

#[test]
fn threads_beyond_the_bound_share_and_are_exact() {
    let counter = Counter::new();
    let histogram = Histogram::new(&[1.0, 2.0]);
    let threads = if cfg!(miri) { 40 } else { 200 };
    let observations = load(1_000);
    let gate = Barrier::new(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                counter.inc();
                gate.wait(); // all alive at once
                for _ in 0..observations {
                    counter.inc();
                    histogram.observe(1.0);
                }
            });
        }
    });
    let observed = observations * threads as u64;
    assert_eq!(counter.get(), observed + threads as u64);
    assert_eq!((histogram.count(), histogram.sum()), (observed, observed as f64));
}

#[derive(LabelSet)]
struct Path<'a> {
    path: &'a str,
    method: &'a str,
}

fn path(i: usize) -> String {
    format!("/api/v1/resource/{i}/items")
}

/// Series k only gets multiples of its own prime, so that a write into another series shows.
#[test]
fn no_write_lands_in_another_series() {
    let primes: Vec<u64> = (10_007u64..).filter(|n| (2..200).all(|d| n % d != 0)).take(96).collect();
    let paths: Vec<String> = (0..96).map(path).collect();
    let set = |k: usize| Path { path: &paths[k], method: "get" };
    let family = Family::<Path<'static>, Counter>::new();
    let histograms = Family::<Path<'static>, Histogram>::with_buckets(&[1.0]);
    let gauges = Family::<Path<'static>, Gauge>::new();
    let n = load(40_000);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for remover in 0..2 {
            let (family, histograms, gauges, stop) = (&family, &histograms, &gauges, &stop);
            scope.spawn(move || {
                let mut random = Random(100 + remover);
                while !stop.load(Relaxed) {
                    let k = random.below(96);
                    match random.below(500) {
                        0 => family.clear(),
                        1 => family.retain(|labels| labels.own.len() % 2 == 0),
                        _ => drop(family.remove(&set(k))),
                    }
                    histograms.remove(&set(k));
                    gauges.remove(&set(k));
                }
            });
        }
        let scraper = (&family, &histograms, &gauges, &stop);
        let expected: std::collections::HashMap<String, u64> =
            (0..96).map(|k| (format!("path=\"{}\",method=\"get\"", paths[k]), primes[k])).collect();
        scope.spawn(move || {
            let (family, histograms, gauges, stop) = scraper;
            while !stop.load(Relaxed) {
                check(family, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
                check(gauges, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
                check(histograms, |labels, value| assert_eq!(value as u64 % expected[labels], 0, "{labels}"));
            }
        });
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let (family, histograms, gauges, primes) = (&family, &histograms, &gauges, &primes);
                scope.spawn(move || {
                    let mut random = Random(writer);
                    let mut kept = Vec::new();
                    for i in 0..n {
                        let k = random.below(96);
                        let series = family.with(&set(k));
                        match i % 64 {
                            0 => {
                                if kept.len() > 8 {
                                    kept.remove(random.below(8));
                                }
                                kept.push((k, series.handle()));
                            }
                            1 => {
                                // Two references at once, held over a pause, dropped in the order in which they were taken.
                                let other = random.below(96);
                                let second = family.with(&set(other));
                                std::thread::yield_now();
                                series.inc_by(primes[k]);
                                drop(series);
                                std::thread::yield_now();
                                second.inc_by(primes[other]);
                            }
                            _ => series.inc_by(primes[k]),
                        }
                        for (k, handle) in &kept {
                            handle.inc_by(primes[*k]);
                        }
                        histograms.with(&set(k)).observe(primes[k] as f64);
                        gauges.with(&set(k)).set(primes[k] as f64);
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        stop.store(true, Relaxed);
    });
}

/// Calls `f` with labels and value, or sum, of each series.
fn check(family: &impl crate::metric::Collect, f: impl FnMut(&str, f64)) {
    use crate::metric::{Cursor, Points, Scratch};
    use crate::model::{Desc, FamilySink, Labels, Point};

    struct Sink<F>(F);

    impl<F: FnMut(&str, f64)> FamilySink for Sink<F> {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, labels: Labels<'_>, point: Point<'_>) {
            let value = match point {
                Point::Counter { value, .. } | Point::Gauge { value } => value.as_f64(),
                Point::Histogram { sum, counts, .. } => {
                    assert_eq!(counts.iter().sum::<u64>() == 0, sum == 0.0);
                    sum
                }
            };
            (self.0)(labels.own, value);
        }

        fn abandon(&mut self) {}
    }

    let mut sink = Sink(f);
    let mut scratch = Scratch::default();
    let mut from = Some(Cursor::START);
    while let Some(cursor) = from {
        from = family.collect(cursor, &mut Points { sink: &mut sink, scope: "", scratch: &mut scratch });
    }
}

#[test]
fn series_created_while_the_table_grows_lose_nothing() {
    let family = Family::<Path<'static>, Counter>::new().max_series(None);
    let n = load(20_000) as usize;
    let mut series = 0;
    with_scraper(
        4,
        |writer| {
            let mut random = Random(writer as u64);
            for i in 0..n {
                family.with(&Path { path: &path(random.below(1 + i)), method: "post" }).inc();
            }
        },
        || {
            let (mut now, mut total) = (0, 0.0);
            check(&family, |_, value| (now, total) = (now + 1, total + value));
            assert!(now >= series && total <= (4 * n) as f64);
            series = now;
        },
    );
    let mut total = 0.0;
    check(&family, |_, value| total += value);
    assert_eq!(total, (4 * n) as f64);
}

struct Late(&'static Counter, &'static Histogram, &'static Family<Path<'static>, Counter>);

impl Drop for Late {
    fn drop(&mut self) {
        for _ in 0..10 {
            self.0.inc();
            self.1.observe(1.5);
            self.2.with(&Path { path: "late", method: "get" }).inc();
        }
    }
}

thread_local! {
    static LATE: std::cell::RefCell<Option<Late>> = const { std::cell::RefCell::new(None) };
}

/// Destructors of thread-locals may run after that of the cells, and before.
#[test]
fn destructors_of_thread_locals_count() {
    let counter: &'static Counter = Box::leak(Box::default());
    let histogram: &'static Histogram = Box::leak(Box::new(Histogram::new(&[1.0, 2.0])));
    let family: &'static Family<Path<'static>, Counter> = Box::leak(Box::default());
    for first in [false, true] {
        for _ in 0..50 {
            let thread = std::thread::spawn(move || {
                if first {
                    counter.inc_by(0);
                }
                LATE.with_borrow_mut(|late| *late = Some(Late(counter, histogram, family)));
                counter.inc_by(0);
            });
            thread.join().unwrap();
        }
    }
    assert_eq!((counter.get(), histogram.count()), (1_000, 1_000));
    assert_eq!(family.with(&Path { path: "late", method: "get" }).get(), 1_000);
}

#[derive(Clone, Copy, LabelValue)]
enum Colour {
    Red,
    Green,
}

#[derive(LabelSet)]
struct Paint {
    colour: Colour,
    wet: bool,
}

/// Series that come and go while they are counted in: no count is lost, but for those of a life that ended.
#[test]
fn dense_series_come_and_go() {
    let family = Family::<Paint, Counter>::new();
    let histograms = Family::<Paint, Histogram>::with_buckets(&[1.0, 2.0]);
    let paint = |i: usize| Paint { colour: if i & 1 == 0 { Colour::Red } else { Colour::Green }, wet: i & 2 == 0 };
    let n = load(50_000);
    with_scraper(
        4,
        |writer| {
            for i in 0..n as usize {
                family.with(&paint(i)).inc();
                histograms.with(&paint(i)).observe(1.0);
                if writer == 0 && i % 64 == 0 {
                    family.remove(&paint(i / 64));
                    histograms.clear();
                }
            }
        },
        || {
            let mut total = 0.0;
            check(&family, |_, value| total += value);
            assert!(total <= (4 * n) as f64, "{total}: a baseline was taken twice, or not at all");
            // Sum and buckets of one moment, also where one life ends and another begins.
            check(&histograms, |_, sum| assert!((0.0..=(4 * n) as f64).contains(&sum), "{sum}"));
        },
    );
    family.clear();
    family.with(&paint(0)).inc_by(5);
    assert_eq!((family.with(&paint(0)).get(), family.len()), (5, 1));
}

/// One thread, all that a hashed family does with memory: tables grow and shrink, holes are filled, blocks come and go,
/// handles keep what was removed. Small enough for Miri.
#[test]
fn places_of_removed_series_are_used_again() {
    let family = Family::<Path<'static>, Counter>::new().max_series(Some(300));
    let n = if cfg!(miri) { 20 } else { 400 };
    let key = |i: usize| "x".repeat(1 + i % 40) + &path(i);
    for round in 1..4 {
        let handles: Vec<_> = (0..n)
            .map(|i| {
                let series = family.with(&Path { path: &key(i), method: "get" });
                series.inc_by(round);
                series.handle()
            })
            .collect();
        check(&family, |labels, value| assert!(value as u64 == round || labels.contains("__overflow__"), "{labels}"));
        for i in (0..n).filter(|i| i % 3 != 0) {
            family.remove(&Path { path: &key(i), method: "get" });
        }
        handles.iter().for_each(|handle| handle.inc_by(1_000));
        drop(handles);
        (0..3).for_each(|_| check(&family, |_, value| assert!(value > 1_000.0)));
        family.clear();
        check(&family, |labels, _| panic!("{labels} is still there"));
    }
    assert!(family.is_empty());
}
