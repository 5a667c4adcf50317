//! Label sets that nobody removes, each looked up once: what a scanner makes of a label with values from outside.

use crate::memory::resident;
use metrics_core::model::{Desc, FamilySink, Labels, Number, Point, Timestamp};
use metrics_core::{Counter, DEFAULT_MAX_SERIES, Family, LabelSet, Metrics, Registry};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const WORKERS: u64 = 4;
/// Label sets; `METRICS_SOAK=10000000` for a long run.
const SETS: u64 = 500_000;
/// As many as it takes to have all memory that is needed.
const WARM: u64 = 200_000;
/// Series that have not ended yet, at most.
const AT_ONCE: usize = 100_000;
/// Resident memory may move by this much. What ten million series take is more than a hundred times that.
const SLACK: u64 = 16 << 20;

#[derive(LabelSet)]
struct Visitor<'a> {
    name: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "soak", group)]
struct Soak {
    /// As many series as a family has by default.
    capped: Family<Visitor<'static>, Counter>,
    /// Any number of series, which end.
    mortal: Family<Visitor<'static>, Counter>,
}

/// Panics if a count is lost, or if memory grows after the first ones.
pub(crate) fn is_bounded() {
    let sets = std::env::var("METRICS_SOAK").map_or(SETS, |sets| sets.parse().unwrap());
    let registry = Registry::new();
    let metrics = Soak {
        capped: Family::new(),
        mortal: Family::new().max_series(None).time_to_live(Some(Duration::from_millis(20))),
    };
    let metrics = std::sync::Arc::new(metrics);
    registry.register_metrics(metrics.clone()).unwrap();
    let run = |steps: std::ops::Range<u64>| {
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let work = |worker| {
                let (metrics, steps) = (&metrics, steps.clone());
                scope.spawn(move || {
                    for n in steps {
                        // Not faster than one thread can read them: no service has so many clients.
                        while metrics.mortal.len() > AT_ONCE {
                            thread::yield_now();
                        }
                        let name = format!("visitor {}", n * WORKERS + worker);
                        metrics.capped.with(&Visitor { name: &name }).inc();
                        metrics.mortal.with(&Visitor { name: &name }).inc();
                    }
                })
            };
            let workers: Vec<_> = (0..WORKERS).map(work).collect();
            let scraper = scope.spawn(|| {
                let mut most = 0;
                while !stop.load(Relaxed) {
                    most = most.max(scrape(&registry).0);
                }
                most
            });
            workers.into_iter().for_each(|worker| worker.join().unwrap());
            stop.store(true, Relaxed);
            println!("at most {} series", scraper.join().unwrap());
        });
        resident()
    };
    let first = run(0..WARM / WORKERS);
    let last = run(WARM / WORKERS..sets / WORKERS);
    println!("resident after {WARM} label sets: {first} bytes; after {sets}: {last} bytes");
    assert!(last < first + SLACK, "memory grew from {first} to {last} bytes");

    assert_eq!(metrics.capped.len(), DEFAULT_MAX_SERIES + 1);
    assert_eq!(scrape(&registry.restricted(["soak_capped"])).1, sets / WORKERS * WORKERS);
    while !metrics.mortal.is_empty() {
        scrape(&registry);
    }
}

/// How many series there are, and the sum of what they count.
fn scrape(registry: &Registry) -> (usize, u64) {
    struct Sum(usize, u64);

    impl FamilySink for Sum {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, _: Labels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
            let Point::Counter { value: Number::U64(value), .. } = point else { panic!("{point:?}") };
            (self.0, self.1) = (self.0 + 1, self.1 + value);
        }

        fn abandon(&mut self) {
            panic!("abandoned");
        }
    }

    let (mut sum, mut scrape) = (Sum(0, 0), registry.scrape());
    while scrape.step(&mut sum).unwrap() {}
    (sum.0, sum.1)
}
