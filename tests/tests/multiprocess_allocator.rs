//! A global allocator that counts its calls in a metric, where metrics lie in a file: whatever the writer does, it must
//! neither wait for itself nor lose a count.
#![cfg(unix)]
#![allow(unsafe_code, reason = "a global allocator is unsafe to implement")]

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Metrics, NativeOptions, Registry};
use metrics_exposition::multiprocess::{MultiprocessCollector, init};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static CALLS: OnceLock<Arc<Counter>> = OnceLock::new();
static CHECK: AtomicU64 = AtomicU64::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(calls) = CALLS.get() {
            calls.inc();
            CHECK.fetch_add(1, Relaxed);
        }
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the same.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[derive(LabelSet)]
struct Of<'a> {
    of: &'a str,
}

#[derive(Metrics)]
struct Made {
    /// Series that come and go.
    comings: Family<Of<'static>, Counter>,
    /// Native histograms.
    #[metric(unit = Seconds, native = NativeOptions::DEFAULT.max_buckets(20))]
    times: Family<Of<'static>, metrics_core::Histogram>,
}

#[test]
fn an_allocator_may_count_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    init(directory.path()).unwrap();
    let calls = Arc::new(Counter::new());
    Registry::global().register(Definition::new("allocator_calls", "Calls."), Arc::clone(&calls)).unwrap();
    assert!(CALLS.set(calls).is_ok());
    let made = Made::global();
    // More threads at once than have arenas of their own, so that the shared one is used, too.
    for _ in 0..3 {
        thread::scope(|scope| {
            for thread in 0..48 {
                scope.spawn(move || {
                    for n in 0..300 {
                        let of = format!("{thread}-{n}");
                        made.comings.with(&Of { of: &of }).inc();
                        made.comings.remove(&Of { of: &of });
                        made.times.with(&Of { of: &of[..1] }).observe(f64::from(n));
                    }
                });
            }
        });
    }
    let counted = || (CHECK.load(Relaxed), CALLS.get().unwrap().get());
    let (check, count) = counted();
    assert!(check > 10_000 && count >= check, "{check} {count}");
    // What reads allocates, too.
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::new(directory.path()).unwrap())).unwrap();
    let page = registry.get_sample_value("allocator_calls_total", &[]).unwrap();
    let least = f64::from(u32::try_from(count).unwrap());
    let most = f64::from(u32::try_from(counted().0).unwrap());
    assert!((least..=most).contains(&page), "{least} {page} {most}");
}
