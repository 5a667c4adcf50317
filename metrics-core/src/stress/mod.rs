//! Load on the cells that ship; each test fails at the first wrong number.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]

mod cells;
mod families;
mod native;
mod registry;
mod threads;

use crate::LabelSet;
use crate::metric::{Cursor, Points, Scratch};
use crate::model::{Desc, FamilySink, Labels, Point, Timestamp};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::*};

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
fn with_scraper(writers: usize, write: impl Fn(usize) + Sync, scrape: impl FnMut() + Send) {
    with_scrapers(writers, write, [scrape]);
}

/// As many scrapers as that, each on a thread of its own.
fn with_scrapers<const N: usize>(writers: usize, write: impl Fn(usize) + Sync, scrapes: [impl FnMut() + Send; N]) {
    let (left, gate) = (AtomicUsize::new(writers), Barrier::new(writers + N));
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (left, gate, write) = (&left, &gate, &write);
            scope.spawn(move || {
                gate.wait();
                write(writer);
                left.fetch_sub(1, Release);
            });
        }
        for mut scrape in scrapes {
            let (left, gate) = (&left, &gate);
            scope.spawn(move || {
                gate.wait();
                // Miri would do little else.
                let mut scrapes = if cfg!(miri) { 3 } else { usize::MAX };
                while left.load(Acquire) > 0 {
                    if scrapes > 0 {
                        scrape();
                        scrapes -= 1;
                    } else {
                        std::thread::yield_now();
                    }
                }
                scrape();
            });
        }
    });
}

#[derive(LabelSet)]
struct Path<'a> {
    path: &'a str,
    method: &'a str,
}

fn path(i: usize) -> String {
    format!("/api/v1/resource/{i}/items")
}

/// Calls `f` with labels and value, or sum, of each series.
fn check(family: &impl crate::metric::Collect, mut f: impl FnMut(&str, f64)) {
    points(family, |labels, point| {
        let value = match *point {
            Point::Counter { value, .. } | Point::Gauge { value, .. } => value.as_f64(),
            Point::Histogram { sum: Some(sum), buckets, .. } => {
                assert_eq!(buckets.total() == 0, sum == 0.0);
                sum
            }
            other => panic!("{other:?}"),
        };
        f(labels, value);
    });
}

/// Calls `f` with labels and point of each series.
fn points(family: &impl crate::metric::Collect, f: impl FnMut(&str, &Point<'_>)) {
    struct Sink<F>(F);

    impl<F: FnMut(&str, &Point<'_>)> FamilySink for Sink<F> {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
            (self.0)(labels.own, point);
        }

        fn abandon(&mut self) {}
    }

    let mut sink = Sink(f);
    let mut scratch = Scratch::default();
    let mut from = Some(Cursor::START);
    while let Some(cursor) = from {
        from = family.collect(0, cursor, &mut Points { sink: &mut sink, scope: "", own: "", scratch: &mut scratch });
    }
}
