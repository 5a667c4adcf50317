//! What a scrape of a directory costs that processes of this library count in, and what it holds in memory: 1,000 files
//! with 425,000 keys, as `tests/bench/multiprocess.py` has them of the Python client.
//! `cargo bench -p metrics-bench --bench processes`; some seconds.

mod file;

use metrics_bench::{Counting, bytes, thread_time};
use metrics_core::Registry;
use metrics_exposition::multiprocess::{MultiprocessCollector, compact};
use metrics_exposition::text;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counters of each process, and histograms of 16 keys.
const EACH: u32 = 25;
const ROUNDS: usize = 9;

fn main() {
    println!(
        "{:<28}{:>12}{:>12}{:>14}{:>14}",
        "1,000 and 10 processes", "first ms", "again ms", "held KiB", "peak KiB"
    );
    for processes in [1_000, 10] {
        let directory = std::env::temp_dir().join(format!("metrics-bench-{}-{processes}", std::process::id()));
        fs::create_dir_all(&directory).expect("there is room");
        for pid in 1..=processes {
            fs::write(directory.join(format!("{pid}-{pid:016x}.metrics")), file::file(pid, EACH))
                .expect("there is room");
        }
        let living = lock_all(&directory);
        row(&format!("{processes} that live"), &directory);
        drop(living);
        row(&format!("{processes} that have ended"), &directory);
        let began = thread_time();
        compact(&directory).expect("it is ours");
        let took = (thread_time() - began).as_secs_f64() * 1e3;
        row(&format!("compacted, in {took:.1} ms"), &directory);
        fs::remove_dir_all(directory).expect("it is ours");
    }
}

/// Holds the locks of all processes.
fn lock_all(directory: &Path) -> Vec<File> {
    let entries = fs::read_dir(directory).expect("it is there");
    let files = entries.map(|entry| File::open(entry.expect("a file").path()).expect("few enough are open"));
    files.inspect(lock).collect()
}

#[allow(unsafe_code, reason = "the minimum version has no safe one")]
fn lock(file: &File) {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open.
    let locked = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) };
    assert_eq!(locked, 0);
}

fn row(name: &str, directory: &Path) {
    // What the system keeps of the files is warm.
    scrape(&registry(directory));
    let mut times: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        let registry = registry(directory);
        times.iter_mut().for_each(|times| times.push(timed(|| scrape(&registry))));
    }
    let [first, again] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let ((), held, peak) = bytes(|| {
        let registry = registry(directory);
        scrape(&registry);
        std::mem::forget(registry);
    });
    println!("  {name:<26}{first:>12.2}{again:>12.2}{:>14}{:>14}", held / 1024, peak / 1024);
}

fn registry(directory: &Path) -> Registry {
    let registry = Registry::new();
    let collector = MultiprocessCollector::new(directory).expect("it is there").without_compaction();
    registry.register_collector(Arc::new(collector)).expect("nothing is described");
    registry
}

fn scrape(registry: &Registry) {
    assert!(text::generate_latest(registry).len() > 20_000);
}

/// Milliseconds of CPU.
fn timed(f: impl FnOnce()) -> f64 {
    let began = thread_time();
    f();
    (thread_time() - began).as_secs_f64() * 1e3
}
