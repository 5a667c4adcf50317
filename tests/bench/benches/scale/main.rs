//! What a large service costs: memory of a series, a scrape of a million of them, many threads' copies, making a series
//! meanwhile, a flood of labels. `cargo bench -p metrics-bench --bench scale`; about a minute.

mod labels;
mod stall;

use labels::{Resource, resource};
use metrics_bench::bytes;
use metrics_core::registry::Definition;
use metrics_core::testing::sample_value;
use metrics_core::{Counter, Family, Histogram, Registry, set_arena_limit};
use metrics_exposition::{EncoderOptions, Format, protobuf, text};
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: metrics_bench::Counting = metrics_bench::Counting;

const BOUNDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const MILLION: usize = 1_000_000;

fn main() {
    println!("{:<72}{:>10}{:>10}", "figure", "at most", "is");
    memory();
    for series in [100_000, MILLION] {
        large_scrape(series);
    }
    stall::measure();
    flood();
    // Last: its threads stay, and so do their copies.
    copies();
}

fn print(what: &str, at_most: f64, is: f64) {
    let verdict = if is <= at_most { "ok" } else { "MISSED" };
    println!("  {what:<70}{at_most:>10.1}{is:>10.1}  {verdict}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn family<M: metrics_core::metric::Child>(
    family: Family<Resource<'static>, M>,
    n: usize,
) -> Arc<Family<Resource<'static>, M>> {
    let family = Arc::new(family.max_series(None));
    for i in 0..n {
        let (path, tenant) = resource(i);
        family.with(&Resource { path: &path, tenant: &tenant });
    }
    family
}

fn own(name: &str) -> f64 {
    sample_value(Registry::global(), name, &[]).unwrap_or_default()
}

/// Bytes of a series with labels of 36 bytes as they stand on a page, without cells and with one thread's.
fn memory() {
    let n = 100_000;
    let cells = || own("metrics_core_arena_memory_bytes");
    let before = cells();
    let (counters, counter, _) = bytes(|| family(Family::<Resource<'static>, Counter>::new(), n));
    counters.retain(|labels| {
        assert_eq!(labels.own.len(), 36);
        true
    });
    for i in 0..n {
        let (path, tenant) = resource(i);
        counters.with(&Resource { path: &path, tenant: &tenant }).inc();
    }
    let chunks = cells() - before;
    let (_histograms, histogram, _) = bytes(|| family(Family::<Resource<'static>, Histogram>::with_buckets(BOUNDS), n));
    let each = |bytes: i64| bytes as f64 / n as f64;
    print("bytes of a counter series of 100,000, labels of 36 bytes", 100.0, each(counter));
    print("  and its cells of the one thread that counted in it", 8.5, chunks / n as f64);
    print("bytes more of a histogram of 11 bounds", 60.0, each(histogram) - each(counter));
}

/// Milliseconds of a scrape in steps, each of which is thrown away as soon as it is encoded.
fn scrape(registry: &Registry, format: Format) -> f64 {
    let mut encoder = format.encoder(EncoderOptions::default());
    let begin = Instant::now();
    let mut scrape = registry.scrape();
    while scrape.step(&mut *encoder).expect("no collector panics") {
        // Not cleared: what comes later of a family whose beginning is forgotten is not encoded.
        let chunk = encoder.take();
        encoder.reuse(black_box(chunk));
    }
    begin.elapsed().as_secs_f64() * 1e3
}

fn register(family: &Arc<Family<Resource<'static>, Counter>>) -> Registry {
    let registry = Registry::new();
    registry.register(Definition::new("requests", "Requests."), Arc::clone(family)).expect("a name of its own");
    registry
}

fn large_scrape(series: usize) {
    let counters = family(Family::<Resource<'static>, Counter>::new(), series);
    let registry = register(&counters);
    for i in 0..series {
        let (path, tenant) = resource(i);
        counters.with(&Resource { path: &path, tenant: &tenant }).inc_by(i as u64);
    }
    // At most so many nanoseconds a series.
    for (name, format, most) in [("text", text::FORMAT, 60.0), ("protobuf", protobuf::FORMAT, 120.0)] {
        let (_, _, peak) = bytes(|| scrape(&registry, format));
        let time = median((0..11).map(|_| scrape(&registry, format)).collect());
        let what = format!("milliseconds of a scrape of {series} counters, {name}");
        print(&what, most * series as f64 / MILLION as f64, time);
        print("  MiB beyond the registry", 1.0, peak as f64 / 1_048_576.0);
    }
    if series < MILLION {
        time_to_live(series, &registry);
    }
}

/// A scrape of mortal series, of which none has changed since the last one and none ends, against one of others.
fn time_to_live(series: usize, others: &Registry) {
    let (mortal, _, remembered) = bytes(|| {
        let mortal = Family::<Resource<'static>, Counter>::new().time_to_live(Some(Duration::from_secs(3_600)));
        let mortal = register(&family(mortal, series));
        scrape(&mortal, text::FORMAT);
        mortal
    });
    let more = (0..21).map(|_| scrape(&mortal, text::FORMAT) - scrape(others, text::FORMAT)).collect();
    print("  nanoseconds more a series for a time to live", 30.0, median(more) * 1e6 / series as f64);
    let (_, bare, _) = bytes(|| register(&family(Family::<Resource<'static>, Counter>::new(), series)));
    print("  bytes more a series for it", 80.0, (remembered - bare) as f64 / series as f64);
}

/// A lookup of a series that is too many, against one that is there.
fn flood() {
    let family = Family::<Resource<'static>, Counter>::new();
    let keys: Vec<_> = (0..2_000_000).map(resource).collect();
    let count = |keys: &[(String, String)]| {
        let begin = Instant::now();
        keys.iter().for_each(|(path, tenant)| family.with(&Resource { path, tenant }).inc());
        begin.elapsed().as_secs_f64() * 1e9 / keys.len() as f64
    };
    let (known, others) = keys.split_at(metrics_core::DEFAULT_MAX_SERIES);
    count(known);
    let ((), grown, _) = bytes(|| {
        count(others);
    });
    // Both in the order in which they lie in memory, and as many for one pass.
    let mut ratios = Vec::new();
    for others in others.chunks_exact(known.len()).take(51) {
        ratios.push(count(others) / count(known));
    }
    for _ in 0..4 {
        count(others);
    }
    print("lookup beyond the cap / hit", 2.0, median(ratios));
    print("  series after ten million of them", 10_001.0, family.len() as f64);
    print("  bytes that they cost", 4_096.0, grown as f64);
}

/// 100,000 counters of which each of 64 threads has a copy; then 576 threads that touch a thousand each.
fn copies() {
    let series = 100_000;
    let counters = family(Family::<Resource<'static>, Counter>::new(), series);
    let registry = register(&counters);
    let each = |ms: f64| ms * 1e6 / series as f64;
    let keys: Arc<Vec<_>> = Arc::new((0..series).map(resource).collect());
    // As a machine of few cores has it: 32 copies, and one for the others.
    crowd(576, &counters, &keys, |thread, i| (i * 7919 + thread * 104_729) % 100_000, 1_000);
    let shared = median((0..11).map(|_| scrape(&registry, text::FORMAT)).collect());
    set_arena_limit(64 + 1);
    crowd(64 - 32, &counters, &keys, |_, i| i, series);
    let copies = median((0..11).map(|_| scrape(&registry, text::FORMAT)).collect());
    println!(
        "    ({} copies, {:.0} MiB)",
        own("metrics_core_arenas"),
        own("metrics_core_arena_memory_bytes") / 1_048_576.0
    );
    print("nanoseconds a series of 100,000, 64 threads with copies", 60.0, each(copies));
    println!("    (of which this machine takes {:.1} to read as many numbers)", each(read_numbers(64 * series)));
    print("576 threads / 64 copies", 2.0, shared / copies);
}

/// Milliseconds of adding up numbers that lie side by side and are in no cache: what nobody can beat.
fn read_numbers(n: usize) -> f64 {
    let (numbers, others) = (vec![1u64; n], vec![1u64; 16 << 20]);
    let read = |numbers: &[u64]| black_box(numbers).iter().sum::<u64>();
    let time = |_| {
        black_box(read(&others));
        let begin = Instant::now();
        black_box(read(&numbers));
        begin.elapsed().as_secs_f64() * 1e3
    };
    median((0..11).map(time).collect())
}

/// Threads that count and stay.
fn crowd(
    threads: usize,
    counters: &Arc<Family<Resource<'static>, Counter>>,
    keys: &Arc<Vec<(String, String)>>,
    which: fn(usize, usize) -> usize,
    touches: usize,
) {
    let gate = Arc::new(Barrier::new(threads + 1));
    for thread in 0..threads {
        let (gate, counters, keys) = (Arc::clone(&gate), Arc::clone(counters), Arc::clone(keys));
        let count = move || {
            for i in 0..touches {
                let (path, tenant) = &keys[which(thread, i)];
                counters.with(&Resource { path, tenant }).inc();
            }
            gate.wait();
            loop {
                std::thread::park();
            }
        };
        std::thread::Builder::new().stack_size(128 << 10).spawn(count).expect("threads");
    }
    gate.wait();
}
