use super::{Operation, Pushgateway, Sending};
use crate::push::{self, PushError};
use metrics_core::registry::Definition;
use metrics_core::{Gauge, Registry};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Pushes when a job has ended: made by [`Pushgateway::guard`].
///
/// [`succeed`](Self::succeed) says that it ended well. Dropped without that, by `?`, `return`, or a panic that unwinds, it
/// failed, and that is pushed, too. Nobody comes back to it, so a push that fails is tried again, later and later, as long
/// as the [timeout](push::Options::timeout) of one lasts, 10 s by default; not one that the server refuses for good. A program that is killed, aborts or calls `exit` pushes nothing: `main` has to return.
///
/// The push [adds](Pushgateway::push_add), so that of a job that failed the time of its last success stays, and so do
/// metrics that only an earlier run had. Beside the metrics of the registry it has
///
/// | metric | what |
/// |---|---|
/// | `batch_job_last_completion_timestamp_seconds` | when it ended, in seconds since 1970 |
/// | `batch_job_last_success_timestamp_seconds` | the same, only if it succeeded: otherwise that of the last time stays |
/// | `batch_job_duration_seconds` | from [`Pushgateway::guard`] up to its end |
/// | `batch_job_succeeded` | 1 or 0 |
///
/// so that an alert is `time() - batch_job_last_success_timestamp_seconds > 90000`.
///
/// ```no_run
/// use metrics_core::Registry;
/// use metrics_exposition::pushgateway::Pushgateway;
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let job = Pushgateway::new("pushgateway.example:9091", "backup", Registry::global())?.guard();
///     let files = std::fs::read_dir("/var/lib/shop")?; // a failure that is pushed
///     drop(files);
///     job.succeed()?;
///     Ok(())
/// }
/// ```
#[must_use = "dropped, it says at once that the job failed"]
pub struct JobGuard {
    /// `None`: it is pushed.
    gateway: Option<Pushgateway>,
    start: Instant,
}

impl JobGuard {
    pub(super) fn new(gateway: Pushgateway) -> Self {
        Self { gateway: Some(gateway), start: Instant::now() }
    }

    /// The job has ended well: pushes, on this thread.
    ///
    /// # Errors
    /// As [`Pushgateway::push`].
    pub fn succeed(mut self) -> Result<(), PushError> {
        self.ended(true).map_or(Ok(()), push_last)
    }

    /// The job has failed, which dropping it says as well: this gives the error.
    ///
    /// # Errors
    /// As [`Pushgateway::push`].
    pub fn fail(mut self) -> Result<(), PushError> {
        self.ended(false).map_or(Ok(()), push_last)
    }

    /// [`succeed`](Self::succeed) for asynchronous programs: blocks no thread of the executor, whichever that is. Dropping the
    /// guard blocks the one that drops it, for the [timeout](push::Options::timeout) at most.
    ///
    /// # Errors
    /// As [`Pushgateway::push_async`].
    pub async fn succeed_async(mut self) -> Result<(), PushError> {
        self.push_async(true).await
    }

    /// [`fail`](Self::fail) for asynchronous programs.
    ///
    /// # Errors
    /// As [`Pushgateway::push_async`].
    pub async fn fail_async(mut self) -> Result<(), PushError> {
        self.push_async(false).await
    }

    async fn push_async(&mut self, succeeded: bool) -> Result<(), PushError> {
        let Some(sending) = self.ended(succeeded) else { return Ok(()) };
        let options = sending.gateway.options.clone();
        push::persistently_async(sending, &options).await
    }

    fn ended(&mut self, succeeded: bool) -> Option<Sending> {
        let gateway = self.gateway.take()?;
        let registry = Registry::merged([outcome(self.start, succeeded), gateway.registry.clone()]);
        Some(Pushgateway { registry, ..gateway }.sending(Operation::Add))
    }
}

impl Drop for JobGuard {
    fn drop(&mut self) {
        if let Some(sending) = self.ended(false) {
            // Who wants to know calls `fail`; the failure is counted. A second panic would end the program.
            let _ = catch_unwind(AssertUnwindSafe(|| push_last(sending)));
        }
    }
}

impl fmt::Debug for JobGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobGuard").field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

fn push_last(mut sending: Sending) -> Result<(), PushError> {
    let options = sending.gateway.options.clone();
    push::persistently(&mut sending, &options)
}

/// In a registry of its own, and no derived struct, which would be on each page of the program.
fn outcome(start: Instant, succeeded: bool) -> Registry {
    let registry = Registry::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let set = |name: &'static str, help: &'static str, value: f64| {
        let gauge = Arc::new(Gauge::new());
        gauge.set(value);
        // Valid names that differ are never refused.
        let _ = registry.register(Definition::new(name, help), gauge);
    };
    set("batch_job_last_completion_timestamp_seconds", "When the job ended.", now);
    set("batch_job_duration_seconds", "How long the job took.", start.elapsed().as_secs_f64());
    set("batch_job_succeeded", "Whether the job succeeded.", f64::from(u8::from(succeeded)));
    if succeeded {
        set("batch_job_last_success_timestamp_seconds", "When the job last succeeded.", now);
    }
    registry
}
