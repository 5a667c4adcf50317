//! Threads that come and go, or are many.

use super::{Path, load};
use crate::metric::{Counter, Family, Histogram};
use std::sync::Barrier;

#[test]
fn counts_of_ten_thousand_threads_that_ended_stay() {
    let counters: Vec<Counter> = (0..100).map(|_| Counter::new()).collect();
    let rounds = load(1_250);
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
