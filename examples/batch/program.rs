use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::multiprocess::{self, MultiprocessCollector};
use metrics_exposition::text;
use std::error::Error;
use std::sync::Arc;

#[derive(LabelSet)]
struct Job<'a> {
    job: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "batch")]
struct BatchMetrics {
    /// Runs that came to their end.
    runs: Family<Job<'static>, Counter>,
    /// Rows that were processed.
    rows: Family<Job<'static>, Counter>,
    /// Rows of the largest run.
    #[metric(multiprocess = "max")]
    largest_run_rows: Family<Job<'static>, Gauge<i64>>,
    /// Rows of the run that ended last.
    #[metric(multiprocess = "mostrecent")]
    last_run_rows: Family<Job<'static>, Gauge<i64>>,
    /// Runs that are under way.
    #[metric(multiprocess = "livesum")]
    runs_in_progress: Family<Job<'static>, Gauge<i64>>,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(job), Some(rows)) = (arguments.next(), arguments.next()) else {
        print!("{}", page()?);
        return Ok(());
    };
    if !multiprocess::init_from_env()? {
        return Err("PROMETHEUS_MULTIPROC_DIR is not set: let it name a directory".into());
    }
    run(&Job { job: &job }, rows.parse()?);
    Ok(())
}

fn run(job: &Job<'_>, rows: u32) {
    let metrics = BatchMetrics::global();
    metrics.runs_in_progress.with(job).inc();
    for _ in 0..rows {
        metrics.rows.with(job).inc();
    }
    metrics.largest_run_rows.with(job).set(rows.into());
    metrics.last_run_rows.with(job).set(rows.into());
    metrics.runs.with(job).inc();
    // It would be gone with the process, too.
    metrics.runs_in_progress.with(job).dec();
}

fn page() -> Result<String, Box<dyn Error>> {
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::from_env()?))?;
    // Without the library's own.
    let names = ["runs", "rows", "largest_run_rows", "last_run_rows", "runs_in_progress"];
    let registry = registry.restricted(names.map(|name| format!("batch_{name}")));
    Ok(String::from_utf8(text::generate_latest(&registry))?)
}
