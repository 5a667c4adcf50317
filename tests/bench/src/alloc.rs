use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// A global allocator that counts, while it is asked to.
#[derive(Debug)]
pub struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// How often memory was asked for while `f` ran, in all threads.
pub(crate) fn allocations(f: impl FnOnce()) -> u64 {
    CALLS.store(0, Relaxed);
    ON.store(true, Relaxed);
    f();
    ON.store(false, Relaxed);
    CALLS.load(Relaxed)
}

/// Bytes that are held after `f` ran and were not before, and the most that were held meanwhile; in all threads.
pub fn bytes<R>(f: impl FnOnce() -> R) -> (R, i64, i64) {
    BYTES.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    ON.store(true, Relaxed);
    let result = f();
    ON.store(false, Relaxed);
    (result, BYTES.load(Relaxed), PEAK.load(Relaxed))
}

#[allow(clippy::cast_possible_wrap, reason = "no block has half of all addresses")]
fn note(calls: u64, more: usize, less: usize) {
    if ON.load(Relaxed) {
        CALLS.fetch_add(calls, Relaxed);
        let change = more as i64 - less as i64;
        PEAK.fetch_max(BYTES.fetch_add(change, Relaxed) + change, Relaxed);
    }
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        // SAFETY: the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size, layout.size());
        // SAFETY: the same.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(0, 0, layout.size());
        // SAFETY: the same.
        unsafe { System.dealloc(memory, layout) }
    }
}
