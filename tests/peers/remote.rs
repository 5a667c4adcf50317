//! Metrics of each type, sent where the suite says by remote write or OpenTelemetry's protocol. Each line of standard input is
//! a command, its words divided by blanks; each is answered by a line, `ok` or what went wrong.

use metrics_core::model::{GaugeMetricFamily, InfoMetricFamily, StateSetMetricFamily};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics, NativeOptions, Registry, Summary};
use metrics_exposition::otlp::OtlpExporter;
use metrics_exposition::push::{Options, Pushing};
use metrics_exposition::remote_write::{RemoteWrite, Version};
use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

#[derive(LabelSet)]
struct Job<'a> {
    queue: &'a str,
}

#[derive(Debug, Metrics)]
#[metrics(prefix = "peer")]
struct Peer {
    /// Jobs done.
    jobs: Family<Job<'static>, Counter>,
    /// How much there is.
    #[metric(unit = Bytes)]
    level: Gauge,
    /// Time that jobs took.
    #[metric(unit = Seconds, buckets = [0.1, 1.0])]
    latency: Histogram,
    /// Time that jobs waited.
    #[metric(unit = Seconds)]
    wait: Summary,
}

struct Driver {
    peer: Arc<Peer>,
    /// In both forms.
    both: Arc<Histogram>,
    /// Without classic buckets.
    native: Arc<Histogram>,
    registry: Registry,
    remotes: HashMap<String, RemoteWrite>,
    exporters: HashMap<String, OtlpExporter>,
    pushing: Option<Pushing>,
    worked: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::new();
    let peer = Peer::register_in(&registry)?;
    let options = || NativeOptions::DEFAULT.factor(2.0);
    let both = Arc::new(Histogram::with_native(&[0.1, 1.0], options()));
    let native = Arc::new(Histogram::native(options()));
    registry.register(Definition::new("peer_both", "In both forms."), Arc::clone(&both) as _)?;
    registry.register(Definition::new("peer_native", "In the native one."), Arc::clone(&native) as _)?;
    let collections = AtomicU64::new(0);
    let collect = move || {
        let number = collections.fetch_add(1, Relaxed);
        let mut build = InfoMetricFamily::new("peer_build", "What runs.", []).unwrap();
        build.add_metric([], [("version", "1.2")]).unwrap();
        let mut door = StateSetMetricFamily::new("peer_door", "Of the fridge.", []).unwrap();
        door.add_metric([], [("open", true), ("shut", false)]).unwrap();
        // The first collection is that of the registration.
        let number = GaugeMetricFamily::single("peer_collections", "Before this one.", number).unwrap();
        vec![build.into(), door.into(), number.into()]
    };
    registry.register_collector(Arc::new(collect))?;
    let (remotes, exporters, pushing) = (HashMap::new(), HashMap::new(), None);
    let mut driver = Driver { peer, both, native, registry, remotes, exporters, pushing, worked: 0 };
    for line in io::stdin().lines() {
        match driver.obey(&line?) {
            Ok(()) => println!("ok"),
            Err(error) => println!("error: {error}"),
        }
    }
    Ok(())
}

impl Driver {
    fn obey(&mut self, line: &str) -> Result<(), Box<dyn Error>> {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["work", times] => (0..times.parse::<usize>()?).for_each(|_| self.work()),
            ["trace", id] => {
                let labels = [("trace_id", id), ("span_id", "00f067aa0ba902b7")];
                self.peer.jobs.with(&Job { queue: "mail" }).inc_with_exemplar(labels)?;
                self.peer.latency.observe_with_exemplar(0.0625, labels)?;
                self.native.observe_with_exemplar(0.0625, labels)?;
            }
            ["add", queue, count] => self.peer.jobs.with(&Job { queue }).inc_by(count.parse()?),
            ["remove", queue] => drop(self.peer.jobs.remove(&Job { queue })),
            ["remote", url, ref options @ ..] => {
                if !self.remotes.contains_key(line) {
                    self.remotes.insert(line.to_owned(), remote(url, &self.registry, options)?);
                }
                self.remotes.get_mut(line).unwrap().push()?;
            }
            ["otlp", url] => {
                let made = || exporter(url, &self.registry);
                self.exporters.entry(line.to_owned()).or_insert_with(made).push()?;
            }
            ["start", "remote", url, ref options @ ..] => {
                self.pushing = Some(remote(url, &self.registry, options)?.options(often()).start()?);
            }
            ["start", "otlp", url] => self.pushing = Some(exporter(url, &self.registry).options(often()).start()?),
            ["stop"] => self.pushing.take().ok_or("nothing was started")?.stop()?,
            _ => return Err(format!("what is {line}").into()),
        }
        Ok(())
    }

    fn work(&mut self) {
        let took = [0.0625, 0.5, 2.0][self.worked % 3];
        self.worked += 1;
        self.peer.jobs.with(&Job { queue: "mail" }).inc();
        self.peer.jobs.with(&Job { queue: "a \"web\"\n" }).inc_by(2);
        self.peer.level.add(1.5);
        self.peer.wait.observe(took);
        [&self.peer.latency, &*self.both, &*self.native].iter().for_each(|histogram| histogram.observe(took));
    }
}

fn often() -> Options {
    let often =
        Options::new().interval(Duration::from_millis(100)).jitter(Duration::ZERO).timeout(Duration::from_secs(2));
    often.back_off(Duration::from_millis(50), Duration::from_millis(200))
}

fn exporter(url: &str, registry: &Registry) -> OtlpExporter {
    let exporter = OtlpExporter::new(url, registry).unwrap();
    exporter.resource("service.name", "peer").resource("service.instance.id", "i1")
}

fn remote(url: &str, registry: &Registry, options: &[&str]) -> Result<RemoteWrite, Box<dyn Error>> {
    let mut remote = RemoteWrite::new(url, registry)?;
    for option in options {
        remote = match option.split_once('=') {
            Some(("shards", shards)) => remote.shards(shards.parse()?).max_samples_per_request(10),
            Some((name, value)) => remote.external_label(name, value)?,
            None => match *option {
                "v1" => remote.version(Version::V1),
                "v2" => remote.version(Version::V2),
                "end" => remote.end_at_stop(true),
                other => return Err(format!("what is {other}").into()),
            },
        };
    }
    Ok(remote)
}
