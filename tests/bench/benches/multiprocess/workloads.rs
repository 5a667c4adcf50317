use metrics_bench::{PERIOD, Random, thread_time};
use metrics_core::{Counter, Family, Gauge, Handle, Histogram, LabelSet, LabelValue, Metrics, Summary};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::{Barrier, LazyLock};
use std::time::Duration;

const STRINGS: usize = 500;
const COUNTERS: usize = 256;

#[derive(LabelSet)]
struct Path<'a> {
    path: &'a str,
    tenant: &'a str,
}

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
    Put,
    Delete,
}

#[derive(LabelSet)]
struct Dense {
    method: Method,
    cached: bool,
}

#[derive(Metrics)]
#[metrics(prefix = "bench")]
struct Bench {
    /// Done.
    done: Counter,
    /// Amounts.
    amount: Counter<f64>,
    /// By path.
    paths: Family<Path<'static>, Counter>,
    /// By method.
    methods: Family<Dense, Counter>,
    /// Waiting.
    waiting: Gauge,
    /// Waiting, as a whole number.
    held: Gauge<i64>,
    /// Time.
    #[metric(unit = Seconds, buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])]
    time: Histogram,
    /// Time, in native buckets.
    #[metric(unit = Seconds, native)]
    native: Histogram,
    /// Weights.
    weight: Summary,
    /// Of each path.
    #[metric(unit = Seconds, max_series = off, buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])]
    each: Family<Path<'static>, Histogram>,
}

pub(crate) struct Inputs {
    metrics: &'static Bench,
    paths: Vec<(String, String)>,
    random: Vec<usize>,
    values: Vec<f64>,
    handles: Vec<Handle<Counter>>,
}

static INPUTS: LazyLock<Inputs> = LazyLock::new(|| {
    let metrics = Bench::global();
    let mut random = Random::new(7);
    let paths: Vec<_> = (0..STRINGS).map(|n| (format!("/api/v1/resource/{n}"), format!("tenant-{}", n % 50))).collect();
    let handles = (0..COUNTERS).map(|n| {
        let (path, tenant) = &paths[n];
        metrics.paths.with(&Path { path, tenant }).handle()
    });
    Inputs {
        metrics,
        handles: handles.collect(),
        random: (0..PERIOD).map(|_| usize::try_from(random.next() >> 32).unwrap_or(0)).collect(),
        #[allow(clippy::cast_precision_loss, reason = "a random number below a thousand")]
        values: (0..PERIOD).map(|_| 0.001 * 1.01f64.powf((random.next() % 1_000) as f64)).collect(),
        paths,
    }
});

pub(crate) type Workload = (&'static str, fn(&Inputs, usize));

pub(crate) const WORKLOADS: &[Workload] = &[
    ("counter, inc", |inputs, _| inputs.metrics.done.inc()),
    ("counter, handle of one of 256", |inputs, i| inputs.handles[inputs.random[i] % COUNTERS].inc()),
    ("counter, f64", |inputs, _| inputs.metrics.amount.inc_by(0.5)),
    ("counter of an enum and a bool", |inputs, i| {
        const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Delete];
        let random = inputs.random[i];
        inputs.metrics.methods.with(&Dense { method: METHODS[random % 4], cached: random & 64 == 0 }).inc();
    }),
    ("counter of two strings, one of 500", |inputs, i| {
        let (path, tenant) = &inputs.paths[inputs.random[i] % STRINGS];
        inputs.metrics.paths.with(&Path { path, tenant }).inc();
    }),
    ("gauge, set", |inputs, i| inputs.metrics.waiting.set(inputs.values[i])),
    ("gauge, i64, add", |inputs, _| inputs.metrics.held.inc()),
    ("histogram of 11 bounds, observe", |inputs, i| inputs.metrics.time.observe(inputs.values[i])),
    ("native histogram, observe", |inputs, i| inputs.metrics.native.observe(inputs.values[i])),
    ("summary, observe", |inputs, i| inputs.metrics.weight.observe(inputs.values[i])),
];

/// Nanoseconds of each workload, once.
pub(crate) fn round() -> String {
    let inputs = &*INPUTS;
    let mut line = String::new();
    for (_, op) in WORKLOADS {
        const N: usize = 1 << 17;
        let begin = thread_time();
        for i in 0..N {
            black_box(*op)(inputs, i % PERIOD);
        }
        let nanos = (thread_time() - begin).as_secs_f64() * 1e9 / N as f64;
        write!(line, "{nanos} ").expect("a `String` takes all");
    }
    line
}

/// Has 16 threads count in each of 1,000 histograms, all at once, so that each has its own arena.
pub(crate) fn fill() -> String {
    const THREADS: usize = 16;
    let barrier = Barrier::new(THREADS);
    let each = &Bench::global().each;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for n in 0..1_000 {
                    let (path, tenant) = (format!("/api/v1/resource/{n}"), format!("tenant-{}", n % 50));
                    each.with(&Path { path: &path, tenant: &tenant }).observe_duration(Duration::from_millis(7));
                }
                barrier.wait();
            });
        }
    });
    String::new()
}
