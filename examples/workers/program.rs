use metrics_core::{Counter, Family, Histogram, LabelSet, Metrics, Registry};
use metrics_exposition::multiprocess::{self, MultiprocessCollector};
use metrics_exposition::text;
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

const WORKERS: u32 = 3;
const TASKS: u32 = 10;

#[derive(LabelSet)]
struct Worker {
    worker_id: u32,
}

#[derive(Metrics)]
#[metrics(prefix = "worker")]
struct WorkerMetrics {
    /// Tasks that a worker has completed.
    tasks_completed: Family<Worker, Counter>,
    /// How long a task took.
    #[metric(unit = Seconds, buckets = [0.25, 0.5, 1.0])]
    task_duration: Histogram,
}

#[derive(Metrics)]
#[metrics(prefix = "main_process")]
struct MainMetrics {
    /// What the parent did itself.
    operations: Counter,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    if let Some(worker_id) = env::args().nth(1) {
        // Before the first metric: cells do not move.
        multiprocess::init_from_env()?;
        work(worker_id.parse()?);
        return Ok(());
    }
    let directory = env::temp_dir().join(format!("workers-{}", std::process::id()));
    fs::create_dir(&directory)?;
    let page = run(&directory);
    fs::remove_dir_all(&directory)?;
    print!("{}", page?);
    Ok(())
}

fn work(worker_id: u32) {
    let metrics = WorkerMetrics::global();
    let completed = metrics.tasks_completed.with(&Worker { worker_id });
    for task in 1..=TASKS {
        // As if it had taken so long.
        metrics.task_duration.observe(f64::from(task) / 8.0);
        completed.inc();
    }
}

fn run(directory: &Path) -> Result<String, Box<dyn Error>> {
    multiprocess::init(directory)?;
    let mut workers = Vec::new();
    for worker_id in 1..=WORKERS {
        let mut worker = Command::new(env::current_exe()?);
        worker.arg(worker_id.to_string()).env("PROMETHEUS_MULTIPROC_DIR", directory);
        workers.push(worker.spawn()?);
    }
    for _ in 0..5 {
        MainMetrics::global().operations.inc();
    }
    for mut worker in workers {
        let status = worker.wait()?;
        if !status.success() {
            return Err(format!("a worker ended with {status}").into());
        }
    }
    // A registry of its own: the global one has what this process counts, which is in the directory, too.
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::new(directory)?))?;
    // Without the library's own.
    let names = ["worker_tasks_completed", "worker_task_duration_seconds", "main_process_operations"];
    Ok(String::from_utf8(text::generate_latest(&registry.restricted(names)))?)
}
