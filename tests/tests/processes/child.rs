//! What the processes do: this program, started again.

use metrics_core::{
    Counter, Family, Gauge, GaugeHistogram, Histogram, Info, LabelSet, LabelValue, Metrics, Registry, StateSet, Summary,
};
use metrics_exposition::multiprocess::{MultiprocessCollector, init};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

pub(crate) const PROCESSES: usize = 8;
pub(crate) const THREADS: usize = 4;

const WHAT: &str = "METRICS_PROCESS_WHAT";
const DIRECTORY: &str = "METRICS_PROCESS_DIRECTORY";
const NUMBER: &str = "METRICS_PROCESS_NUMBER";

#[derive(LabelSet)]
struct Task<'a> {
    task: &'a str,
    shift: &'a str,
}

#[derive(Clone, Copy, LabelValue)]
enum Switch {
    Off,
    On,
}

#[derive(Metrics)]
#[metrics(prefix = "fleet")]
struct Fleet {
    /// Jobs done.
    jobs: Counter,
    /// What was paid.
    #[metric(unit = "euros")]
    cost: Counter<f64>,
    /// Tasks done.
    tasks: Family<Task<'static>, Counter>,
    /// Of each.
    each: Gauge,
    /// Of each that lives.
    #[metric(multiprocess = "liveall")]
    live_each: Gauge,
    /// The least.
    #[metric(multiprocess = "min")]
    least: Gauge,
    /// The most.
    #[metric(multiprocess = "max")]
    most: Gauge<i64>,
    /// All.
    #[metric(multiprocess = "sum")]
    added: Gauge,
    /// All that live.
    #[metric(multiprocess = "livesum")]
    live_added: Gauge,
    /// The latest.
    #[metric(multiprocess = "mostrecent")]
    latest: Gauge,
    /// Never set.
    #[metric(multiprocess = "mostrecent")]
    never: Gauge,
    /// Waits.
    #[metric(unit = Seconds, buckets = [1.0, 3.0])]
    wait: Histogram,
    /// Sizes.
    #[metric(unit = Bytes, native)]
    size: Histogram,
    /// Weights.
    weight: Summary,
    /// Builds.
    build: Info,
    /// Switches.
    switch: StateSet<Switch>,
    /// Ages.
    #[metric(buckets = [10.0])]
    ages: GaugeHistogram,
}

/// A process that has done what it was started for, or does it until it is killed.
pub(crate) struct Child {
    process: std::process::Child,
    stdout: ChildStdout,
}

impl Child {
    /// Comes back when it says that it has begun.
    pub(crate) fn start(what: &str, directory: &Path, number: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "as_a_process", "--ignored", "--nocapture"]);
        command.env(WHAT, what).env(DIRECTORY, directory).env(NUMBER, number);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let (mut said, mut byte) = (Vec::new(), [0]);
        while !said.ends_with(b"begun\n") {
            stdout.read_exact(&mut byte).expect("it begins");
            said.extend(byte);
        }
        Self { process, stdout }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut rest = Vec::new();
        self.stdout.read_to_end(&mut rest).unwrap();
        self.process.wait().unwrap()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a counting process said that it had counted.
pub(crate) fn said(directory: &Path, number: usize) -> u64 {
    let said = fs::read(directory.join(format!("{number}.said"))).unwrap_or_default();
    said.as_chunks().0.iter().map(|said| u64::from_le_bytes(*said)).sum()
}

pub(crate) fn run() {
    let directory = PathBuf::from(env::var_os(DIRECTORY).unwrap());
    let number = env::var(NUMBER).unwrap();
    match env::var(WHAT).unwrap().as_str() {
        "types" => types(&directory, number.parse().unwrap()),
        "counting" => counting(&directory, &number),
        _ => collecting(&directory),
    }
}

fn begun() {
    std::io::stdout().write_all(b"begun\n").unwrap();
}

fn types(directory: &Path, n: u32) {
    init(directory).unwrap();
    let fleet = Fleet::global();
    let (real, text) = (f64::from(n), n.to_string());
    fleet.jobs.inc_by_with_exemplar(u64::from(n), [("trace_id", &*text)]).unwrap();
    fleet.cost.inc_by(real / 2.0);
    fleet.tasks.with(&Task { task: "a \"b\"\\", shift: "night" }).inc_by(u64::from(n));
    for gauge in [&fleet.each, &fleet.live_each, &fleet.least, &fleet.added, &fleet.live_added, &fleet.latest] {
        gauge.set(real);
    }
    fleet.most.set(i64::from(n));
    fleet.wait.observe_with_exemplar(real, [("trace_id", &*text)]).unwrap();
    fleet.weight.observe(real);
    (1..=10).for_each(|size| fleet.size.observe(f64::from(size * n)));
    fleet.build.set([("version", &*text)]).unwrap();
    fleet.switch.set(if n.is_multiple_of(2) { Switch::Off } else { Switch::On });
    fleet.ages.inc(real);
    begun();
    // Until it is killed, or whoever started it is.
    let _ = std::io::stdin().read(&mut [0]);
}

/// Counts until it is killed. What each thread has done it says behind each count.
fn counting(directory: &Path, number: &str) {
    init(directory).unwrap();
    let fleet = Fleet::global();
    let said = File::create(directory.join(format!("{number}.said"))).unwrap();
    begun();
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let said = &said;
            scope.spawn(move || {
                for n in 1u64.. {
                    fleet.jobs.inc();
                    fleet.wait.observe(0.5);
                    said.write_at(&n.to_le_bytes(), 8 * thread).unwrap();
                }
            });
        }
    });
}

/// Reads the page again and again, and compacts at times.
fn collecting(directory: &Path) {
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::new(directory).unwrap())).unwrap();
    begun();
    let mut last = 0.0;
    loop {
        let is_last = directory.join("stop").exists();
        let total = registry.get_sample_value("fleet_jobs_total", &[]).unwrap_or(0.0);
        assert!(total >= last, "{total} after {last}");
        if is_last {
            return;
        }
        last = total;
        thread::sleep(Duration::from_millis(2));
    }
}
