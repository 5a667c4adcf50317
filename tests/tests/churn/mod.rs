//! Series that come and go by the million while they are written to, through references and handles.
//!
//! A series only gets multiples of its own prime, so that a write into another one shows; and what has been removed
//! is used again, so that memory stays as it is after the first tenth.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]

use crate::memory::resident;
use metrics_core::testing::samples;
use metrics_core::{Counter, Family, Gauge, Handle, Histogram, LabelSet, Metrics, Registry};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

const WORKERS: u64 = 4;
/// Label sets that are created and removed, each once.
const SETS: u64 = 1_000_000;
/// Label sets that all workers write to and remove.
const SHARED: u64 = 48;
/// Resident memory may move by this much. What a million series take is twenty times that.
const SLACK: u64 = 8 << 20;

#[derive(LabelSet)]
struct Item<'a> {
    shared: bool,
    name: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "churn", group)]
struct Churn {
    /// Counters.
    #[metric(allow(reserved_suffix))]
    count: Family<Item<'static>, Counter>,
    /// Histograms.
    #[metric(buckets = [1.0])]
    size: Family<Item<'static>, Histogram>,
    /// Gauges.
    level: Family<Item<'static>, Gauge>,
}

/// Panics at a wrong number, or if memory grows after the first tenth, behind which `between` is called.
pub(crate) fn is_exact_and_flat(between: impl FnOnce()) {
    let registry = Registry::new();
    let metrics = Churn::register_in(&registry).unwrap();
    let primes: Vec<u64> = (10_007u64..).filter(|n| (2..200).all(|d| n % d != 0)).take(96).collect();
    let run = |steps: Range<u64>| {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (metrics, primes) = (&metrics, &primes);
            let work = |number| {
                let steps = steps.clone();
                let mut worker = Worker { metrics, primes, number, kept: VecDeque::new(), name: String::new() };
                scope.spawn(move || steps.for_each(|n| worker.step(n)))
            };
            let workers: Vec<_> = (0..WORKERS).map(work).collect();
            let scraper = scope.spawn(|| {
                while !stop.load(Relaxed) {
                    check(&registry, primes);
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
            let results: Vec<_> = workers.into_iter().map(ScopedJoinHandle::join).collect();
            stop.store(true, Relaxed);
            assert!(results.iter().all(Result::is_ok) && scraper.join().is_ok(), "a thread found a wrong number");
        });
        resident()
    };
    let first = run(0..SETS / 10 / WORKERS);
    between();
    let last = run(SETS / 10 / WORKERS..SETS / WORKERS);
    println!("resident after {} label sets: {first} bytes; after {SETS}: {last} bytes", SETS / 10);
    assert!(last < first + SLACK, "memory grew from {first} to {last} bytes");
    assert!(metrics.count.len() <= SHARED as usize && metrics.size.len() <= SHARED as usize);
}

struct Worker<'a> {
    metrics: &'a Arc<Churn>,
    primes: &'a [u64],
    number: u64,
    /// Handles of removed series, with their primes and what was counted in them.
    kept: VecDeque<(Handle<Counter>, u64, u64)>,
    name: String,
}

impl Worker<'_> {
    fn step(&mut self, n: u64) {
        let own = n * WORKERS + self.number;
        let prime = self.prime(own);
        self.name = own.to_string();
        let item = Item { shared: false, name: &self.name };
        let series = self.metrics.count.with(&item);
        series.inc_by(prime);
        if n.is_multiple_of(16) {
            self.kept.push_back((series.handle(), prime, 2 * prime));
        }
        if n.is_multiple_of(64) {
            // Removed, while a reference and one to another series are held over a pause.
            let other = n / 64 % SHARED;
            let second = self.metrics.count.with(&Item { shared: true, name: &other.to_string() });
            assert!(self.metrics.count.remove(&item));
            std::thread::yield_now();
            series.inc_by(prime);
            assert_eq!(series.get(), 2 * prime);
            drop(series);
            std::thread::yield_now();
            second.inc_by(self.prime(other));
        } else {
            series.inc_by(prime);
            drop(series);
            assert!(self.metrics.count.remove(&item));
        }
        for (handle, prime, counted) in &mut self.kept {
            *counted += *prime;
            handle.inc_by(*prime);
        }
        if self.kept.len() > 8 {
            let (handle, _, counted) = self.kept.pop_front().unwrap();
            assert_eq!(handle.get(), counted, "a write landed in another series, or was lost");
        }
        if n.is_multiple_of(8) {
            self.share(n / 8);
        }
    }

    fn share(&self, n: u64) {
        let k = (n + self.number) * 7 % SHARED;
        let (item, prime) = (Item { shared: true, name: &k.to_string() }, self.prime(k));
        self.metrics.count.with(&item).inc_by(prime);
        self.metrics.size.with(&item).observe(prime as f64);
        self.metrics.level.with(&item).set(prime as f64);
        match n % 32 {
            0 => self.metrics.count.retain(|labels| labels.own.starts_with("shared=\"false\"")),
            1..4 => drop(self.metrics.count.remove(&item)),
            4..8 => drop(self.metrics.size.remove(&item)),
            8..12 => drop(self.metrics.level.remove(&item)),
            _ => {}
        }
    }

    fn prime(&self, n: u64) -> u64 {
        self.primes[n as usize % self.primes.len()]
    }
}

fn check(registry: &Registry, primes: &[u64]) {
    for sample in samples(registry) {
        if sample.name.ends_with("_bucket") || sample.name.ends_with("_count") {
            continue;
        }
        let name: usize = sample.labels[1].1.parse().unwrap();
        let value = sample.value.as_f64();
        assert_eq!(value as u64 % primes[name % primes.len()], 0, "{sample:?}");
    }
}
