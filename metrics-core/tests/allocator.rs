//! A global allocator that counts its calls, also those of the library itself: nothing recurses, waits for itself or is
//! lost.

#![allow(unsafe_code, reason = "an allocator")]
#![allow(clippy::cast_precision_loss, reason = "few bytes")]

use metrics_core::testing::samples;
use metrics_core::{Counter, Family, Histogram, LabelSet, Metrics, Registry};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Arc, OnceLock};
use std::thread;

#[derive(Metrics)]
struct AllocatorMetrics {
    /// Calls that gave memory.
    allocations: Counter,
    /// Bytes of each of them.
    #[metric(unit = "bytes", buckets = [64.0, 4096.0])]
    size: Histogram,
    /// Calls that took memory back.
    frees: Family<Size<'static>, Counter>,
}

#[derive(LabelSet)]
struct Size<'a> {
    size: &'a str,
}

const SIZES: [Size<'static>; 2] = [Size { size: "small" }, Size { size: "large" }];

static METRICS: OnceLock<Arc<AllocatorMetrics>> = OnceLock::new();
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static FREES: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: all memory is the system's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(metrics) = METRICS.get() {
            metrics.allocations.inc();
            metrics.size.observe(layout.size() as f64);
            ALLOCATIONS.fetch_add(1, SeqCst);
            BYTES.fetch_add(layout.size() as u64, SeqCst);
        }
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if let Some(metrics) = METRICS.get() {
            metrics.frees.with(&SIZES[usize::from(layout.size() > 64)]).inc();
            FREES.fetch_add(1, SeqCst);
        }
        // SAFETY: as the caller says.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Metrics)]
struct WorkMetrics {
    /// Series that come and go.
    requests: Family<Path<'static>, Counter>,
}

#[derive(LabelSet)]
struct Path<'a> {
    path: &'a str,
}

#[test]
fn an_allocator_counts_itself() {
    let rounds = if cfg!(miri) { 2 } else { 50 };
    let registry = Registry::new();
    let metrics = AllocatorMetrics::register_in(&registry).unwrap();
    // Its own series, before it counts: to make one allocates.
    SIZES.iter().for_each(|size| metrics.frees.with(size).inc_by(0));
    let metrics = METRICS.get_or_init(|| metrics);
    let work = WorkMetrics::register_in(&registry).unwrap();

    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                samples(&registry);
            }
        });
        for round in 0..rounds {
            // Their first touches, tables that grow and shrink, series that are freed, ends.
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let work = &work;
                    scope.spawn(move || {
                        for i in 0..rounds {
                            let path = format!("/{thread}/{i}/{}", "x".repeat(i * round % 300));
                            let series = work.requests.with(&Path { path: &path });
                            series.inc();
                            if i % 4 > 0 {
                                work.requests.remove(&Path { path: &path });
                            }
                        }
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            work.requests.clear();
        }
        stop.store(true, Relaxed);
    });

    // Reading a histogram allocates, and the harness's threads do: between two looks at our own counts.
    let own = || {
        let allocations = ALLOCATIONS.load(SeqCst);
        [allocations, allocations, BYTES.load(SeqCst), FREES.load(SeqCst)]
    };
    let before = own();
    let frees = SIZES.iter().map(|size| metrics.frees.with(size).get()).sum();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
    let counted = [metrics.allocations.get(), metrics.size.count(), metrics.size.sum() as u64, frees];
    let after = own();
    for ((before, counted), after) in before.into_iter().zip(counted).zip(after) {
        assert!(before <= counted && counted <= after, "counted {counted}, and not {before} to {after}");
    }
    assert!(counted[0] > 8 * rounds as u64, "{counted:?}");
}
