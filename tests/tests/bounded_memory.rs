//! Memory under many threads. In a process of its own: it reads the library's own metrics.

use metrics_core::testing::sample_value;
use metrics_core::{Counter, Family, Histogram, LabelSet, Registry};
use std::sync::Barrier;

#[derive(LabelSet)]
struct Number {
    n: u32,
}

const THREADS: u16 = 576;
const TOUCHES: u32 = 1_000;
const COUNTERS: u32 = 100_000;
const HISTOGRAMS: u32 = 10_000;
const MIB: f64 = 1_048_576.0;

fn own(name: &str) -> f64 {
    sample_value(Registry::global(), name, &[]).unwrap()
}

/// xorshift: which series a thread touches.
fn random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

/// 64 workers and 512 blocking threads, each of which touches a thousand series anywhere: with a copy of every cell for
/// each of them, that would be a gigabyte.
#[test]
fn many_threads_take_little_memory_and_give_it_back() {
    let bounds: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let cells = own("metrics_core_cells");
    let counters = Family::<Number, Counter>::new().max_series(None);
    let histograms = Family::<Number, Histogram>::with_buckets(bounds).max_series(None);
    (0..COUNTERS).for_each(|n| drop(counters.with(&Number { n })));
    (0..HISTOGRAMS).for_each(|n| drop(histograms.with(&Number { n })));
    let before = own("metrics_core_arena_memory_bytes");
    let gate = Barrier::new(usize::from(THREADS) + 1);
    std::thread::scope(|scope| {
        for thread in 0..u32::from(THREADS) {
            let (gate, counters, histograms) = (&gate, &counters, &histograms);
            let work = move || {
                let mut state = 1 + thread;
                for _ in 0..TOUCHES {
                    let n = random(&mut state);
                    counters.with(&Number { n: n % COUNTERS }).inc();
                    histograms.with(&Number { n: n % HISTOGRAMS }).observe(1.0);
                }
                gate.wait();
                gate.wait();
            };
            std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, work).unwrap();
        }
        gate.wait();
        // Of all threads at once. What the scrapes below free must not be anything of the living.
        let memory = own("metrics_core_arena_memory_bytes");
        println!(
            "{:.1} MiB of cells for {THREADS} threads, {} cells, {} arenas",
            memory / MIB,
            own("metrics_core_cells"),
            own("metrics_core_arenas")
        );
        assert!(memory <= 64.0 * MIB, "{memory}");
        assert!(own("metrics_core_arenas") >= 32.0);
        assert_eq!(own("metrics_core_cells") - cells, f64::from(COUNTERS + HISTOGRAMS * 14));
        gate.wait();
    });
    // `own` is a scrape too.
    (0..2).for_each(|_| println!("{} arenas", own("metrics_core_arenas")));
    let after = own("metrics_core_arena_memory_bytes");
    println!("{:.1} MiB two scrapes after their end", after / MIB);
    // One copy of each cell is left, that of all threads without one of their own, and the main thread's.
    let one_copy = f64::from(COUNTERS + HISTOGRAMS * 14) * 8.0;
    assert!(after - before <= 2.1 * one_copy, "{after}");
    let total: u64 = (0..COUNTERS).map(|n| counters.with(&Number { n }).get()).sum();
    assert_eq!(total, u64::from(THREADS) * u64::from(TOUCHES));
    let observed: u64 = (0..HISTOGRAMS).map(|n| histograms.with(&Number { n }).count()).sum();
    assert_eq!(observed, u64::from(THREADS) * u64::from(TOUCHES));
}
