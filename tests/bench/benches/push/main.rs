//! What a push of 100,000 counters costs, backend by backend: time until a server on this machine has everything, CPU of
//! the thread that pushes, bytes on their way, and the most memory that was held beyond the registry.
//! `cargo bench -p metrics-bench --bench push`; some seconds.

mod sink;

use metrics_bench::{bytes, thread_time};
use metrics_core::registry::Definition;
use metrics_core::testing::samples;
use metrics_core::{Counter, Family, LabelSet, Metrics, Registry};
use metrics_exposition::graphite::{GraphiteBridge, Protocol};
use metrics_exposition::otlp::OtlpExporter;
use metrics_exposition::push::{self, Options, PushMetrics};
use metrics_exposition::pushgateway::{Format, Pushgateway};
use metrics_exposition::remote_write::{RemoteWrite, Version};
use metrics_exposition::textfile;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: metrics_bench::Counting = metrics_bench::Counting;

const SERIES: usize = 100_000;
const ROUNDS: usize = 11;

/// Makes what pushes once, each time that it is called, and counts in these options.
type Make = fn(&Registry, Options) -> Box<dyn FnMut()>;

const BACKENDS: &[(&str, Make)] = &[
    ("graphite, lines, tags", |registry, options| {
        graphite(GraphiteBridge::new(sink::listen(false), registry).tags(true).options(options))
    }),
    ("graphite, lines, paths", |registry, options| {
        graphite(GraphiteBridge::new(sink::listen(false), registry).options(options))
    }),
    ("graphite, pickle, tags", |registry, options| {
        let bridge = GraphiteBridge::new(sink::listen(false), registry).tags(true).protocol(Protocol::Pickle);
        graphite(bridge.options(options))
    }),
    ("textfile", |registry, options| {
        let path = std::env::temp_dir().join(format!("push-bench-{}.prom", std::process::id()));
        let mut file = textfile::Textfile::new(path, registry);
        Box::new(move || push::once(&mut file, &options).expect("room on the disk"))
    }),
    ("pushgateway, text", |registry, options| pushgateway(gateway(registry, options))),
    ("pushgateway, text, gzip", |registry, options| pushgateway(gateway(registry, options).gzip(true))),
    ("pushgateway, protobuf", |registry, options| pushgateway(gateway(registry, options).format(Format::Protobuf))),
    ("pushgateway, protobuf, gzip", |registry, options| {
        pushgateway(gateway(registry, options).format(Format::Protobuf).gzip(true))
    }),
    ("remote write 2", |registry, options| remote_write(registry, options, Version::V2)),
    ("remote write 1", |registry, options| remote_write(registry, options, Version::V1)),
    ("otlp, gzip", |registry, options| otlp(registry, options, true)),
    ("otlp", |registry, options| otlp(registry, options, false)),
];

fn graphite(mut bridge: GraphiteBridge) -> Box<dyn FnMut()> {
    Box::new(move || bridge.push().expect("the sink takes everything"))
}

fn gateway(registry: &Registry, options: Options) -> Pushgateway {
    Pushgateway::new(&sink::listen(true), "bench", registry).expect("an address").options(options)
}

fn pushgateway(gateway: Pushgateway) -> Box<dyn FnMut()> {
    Box::new(move || gateway.push().expect("the sink takes everything"))
}

fn remote_write(registry: &Registry, options: Options, version: Version) -> Box<dyn FnMut()> {
    let url = format!("http://{}/api/v1/write", sink::listen(true));
    let writer = RemoteWrite::new(&url, registry).expect("an address");
    let mut writer = writer.version(version).options(options);
    Box::new(move || writer.push().expect("the sink takes everything"))
}

fn otlp(registry: &Registry, options: Options, compresses: bool) -> Box<dyn FnMut()> {
    let url = format!("http://{}/v1/metrics", sink::listen(true));
    let exporter = OtlpExporter::new(&url, registry).expect("an address");
    let mut exporter = exporter.compression(compresses).options(options);
    Box::new(move || exporter.push().expect("the sink takes everything"))
}

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let registry = registry();
    println!("{:<32}{:>10}{:>10}{:>12}{:>16}", "100,000 counters", "ms", "CPU ms", "MiB sent", "MiB held most");
    for (name, make) in BACKENDS.iter().filter(|(name, _)| name.contains(&filter)) {
        let counts = Registry::new();
        let metrics = PushMetrics::register_in(&counts).expect("names of its own");
        let mut push = make(&registry, Options::new().timeout(Duration::from_secs(60)).metrics(metrics));
        // The connection, and what of memory is kept for the next time.
        push();
        let ((), _, peak) = bytes(&mut push);
        let (mut times, mut cpu) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (start, of_thread) = (Instant::now(), thread_time());
            push();
            times.push(start.elapsed());
            cpu.push(thread_time() - of_thread);
        }
        let sent = sent(&counts) / (ROUNDS + 2) as f64;
        let (time, cpu, mib) = (milliseconds(times), milliseconds(cpu), |bytes: f64| bytes / f64::from(1 << 20));
        println!("  {name:<30}{time:>10.1}{cpu:>10.1}{:>12.2}{:>16.2}", mib(sent), mib(peak as f64));
    }
}

#[derive(LabelSet)]
struct Resource<'a> {
    path: &'a str,
    tenant: &'a str,
}

/// Labels of some 36 bytes, and a value of each length.
fn registry() -> Registry {
    let family = Family::<Resource<'static>, Counter>::new().max_series(None);
    for i in 0..SERIES {
        let (path, tenant) = (format!("/api/{:05}", i / 10), format!("t{:07}", i * 7_919 % 10_000_000));
        family.with(&Resource { path: &path, tenant: &tenant }).inc_by((i * i) as u64);
    }
    let registry = Registry::new();
    registry.register(Definition::new("requests", "Requests."), Arc::new(family)).expect("a name of its own");
    registry
}

/// Bytes of all pushes, as the backend has counted them.
fn sent(counts: &Registry) -> f64 {
    let samples = samples(counts).into_iter().filter(|sample| sample.name == "metrics_exposition_pushed_bytes_total");
    samples.map(|sample| sample.value.as_f64()).sum()
}

fn milliseconds(mut values: Vec<Duration>) -> f64 {
    values.sort();
    values[values.len() / 2].as_secs_f64() * 1e3
}
