//! How long who makes a series waits for a scrape of a million others, and for a table that grows.

use crate::labels::{Resource, resource};
use crate::{MILLION, family, median, print, register, scrape};
use metrics_core::{Counter, Family};
use metrics_exposition::text;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Series that are made one by one, at a rate at which a service would.
const MADE: usize = 20_000;

pub(crate) fn measure() {
    let counters = family(Family::<Resource<'static>, Counter>::new(), MILLION);
    let registry = register(&counters);
    let mut next = MILLION;
    // The worst of many, by the wall: on a shared machine the system takes the processor away for longer than anything
    // that is measured here. So rounds, and how it is without a scrape beside them.
    let mut worst = |series: &Family<Resource<'static>, Counter>| {
        let mut worst = Duration::ZERO;
        for _ in 0..MADE {
            let (path, tenant) = resource(next);
            next += 1;
            let begin = Instant::now();
            series.with(&Resource { path: &path, tenant: &tenant });
            worst = worst.max(begin.elapsed());
        }
        worst.as_secs_f64() * 1e6
    };
    let alone: Vec<_> = (0..9).map(|_| worst(&counters)).collect();
    let stop = AtomicBool::new(false);
    let beside: Vec<_> = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                scrape(&registry, text::FORMAT);
            }
        });
        let beside = (0..9).map(|_| worst(&counters)).collect();
        stop.store(true, Relaxed);
        beside
    });
    print("microseconds of the worst creation of 20,000, beside scrapes of a million", 200.0, median(beside));
    print("  without a scrape", 200.0, median(alone));
    // From nothing to a million: each table on the way.
    let growing = Family::<Resource<'static>, Counter>::new().max_series(None);
    let rounds: Vec<_> = (0..MILLION / MADE).map(|_| worst(&growing)).collect();
    print("  while a table grows to a million, median of the rounds", 200.0, median(rounds.clone()));
    print("  and the worst of the rounds", 2_000.0, rounds.into_iter().fold(0.0, f64::max));
}
