//! What a scrape of a directory costs that processes of the Python client have written, and what it holds in memory.
//! `tests/bench/fleet.py` makes one and compares; this prints milliseconds of CPU by what they are for, and bytes.

use metrics_bench::{Counting, bytes, thread_time};
use metrics_core::Registry;
use metrics_exposition::multiprocess::MultiprocessCollector;
use metrics_exposition::text;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let Some(directory) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        // `cargo bench` runs all benchmarks.
        eprintln!("for the figures of several processes: tests/bench/fleet.py");
        return;
    };
    // What the system keeps of the files is as warm for the one as for the other.
    scrape(&registry(&directory));
    let registry = registry(&directory);
    let first = timed(|| scrape(&registry));
    let again = timed(|| scrape(&registry));
    println!("first {first}\nagain {again}");
    let ((), held, peak) = bytes(|| std::mem::forget(scraped(&directory)));
    println!("held {held}\npeak {peak}");
}

fn registry(directory: &str) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::new(directory).unwrap())).unwrap();
    registry
}

fn scraped(directory: &str) -> Registry {
    let registry = registry(directory);
    scrape(&registry);
    registry
}

fn scrape(registry: &Registry) {
    assert!(!text::generate_latest(registry).is_empty());
}

/// Milliseconds.
fn timed(f: impl FnOnce()) -> f64 {
    let began = thread_time();
    f();
    (thread_time() - began).as_secs_f64() * 1e3
}
