//! Sends metrics out at an interval, for those that nobody scrapes: the loop that all backends share.
//!
//! A [`Backend`] says what is sent and how; [`start`] gives it a thread of its own, which collects at each interval,
//! sends, and tries again when that failed. The program that is measured never waits for it: neither for the network nor
//! for a disk, and no lock of a metric is held while something is sent. The thread needs no runtime and blocks none, so
//! that programs with tokio start it just as well; those stop it by [`Pushing::stop_async`].
//!
//! ```
//! # #[cfg(feature = "text")] {
//! use metrics_core::{Metrics, Registry};
//! use metrics_exposition::push::{self, Backend, Meter, Options, PushError};
//! use std::sync::mpsc;
//! use std::time::Duration;
//!
//! /// Sends pages to another thread.
//! struct ToThread {
//!     registry: Registry,
//!     page: Vec<u8>,
//!     thread: mpsc::Sender<Vec<u8>>,
//! }
//!
//! impl Backend for ToThread {
//!     fn name(&self) -> &'static str {
//!         "thread"
//!     }
//!
//!     fn address(&self) -> String {
//!         "main".to_owned()
//!     }
//!
//!     fn collect(&mut self, _: &Meter) {
//!         self.page = metrics_exposition::text::generate_latest(&self.registry);
//!     }
//!
//!     fn send(&mut self, _timeout: Duration, meter: &Meter) -> Result<(), PushError> {
//!         self.thread.send(self.page.clone()).map_err(|_| PushError::new("thread main is gone"))?;
//!         meter.sent(self.page.len());
//!         Ok(())
//!     }
//! }
//!
//! let (thread, pages) = mpsc::channel();
//! let backend = ToThread { registry: Registry::new(), page: Vec::new(), thread };
//! let pushing = push::start(backend, Options::new().interval(Duration::from_secs(10)))?;
//! // … the program runs; at its end:
//! pushing.stop()?; // pushes once more
//! assert!(pages.recv().is_ok());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod handle;
mod meter;
mod options;
#[cfg(any(feature = "otlp", feature = "remote_write"))]
pub(crate) mod queue;
mod run;
mod schedule;
#[cfg(any(feature = "graphite", feature = "otlp", feature = "remote_write"))]
mod whole;

pub use error::PushError;
pub use handle::{Pushing, Stopping};
pub use meter::{Meter, PushMetrics};
pub use options::Options;
#[cfg(any(feature = "graphite", feature = "otlp", feature = "remote_write"))]
pub(crate) use whole::collect_whole;

use std::io;
use std::time::Duration;

/// What pushes, and where to.
pub trait Backend: Send {
    /// A word for its sort, which is a label of what is [counted](PushMetrics): `graphite`.
    fn name(&self) -> &'static str;

    /// Where it sends to, which is a label too; without passwords.
    fn address(&self) -> String;

    /// Takes what the metrics are now. Called at each interval, whether what was taken before could be sent or not.
    ///
    /// For a backend that keeps what it could not send. One that has no use for old values does nothing here, and takes
    /// them in [`send`](Self::send).
    fn collect(&mut self, meter: &Meter) {
        let _ = meter;
    }

    /// Called once when the loop is stopped, after the last [`collect`](Self::collect) and before the last
    /// [`send`](Self::send): for what is to be said at the end. By default nothing.
    fn end(&mut self, meter: &Meter) {
        let _ = meter;
    }

    /// Sends what was taken, and says to the meter what it sent. Called after [`collect`](Self::collect), and again when it
    /// failed, later and later.
    ///
    /// # Errors
    /// If it did not succeed within `timeout`, or at all.
    fn send(&mut self, timeout: Duration, meter: &Meter) -> Result<(), PushError>;
}

/// Starts to push on a thread of its own, the first time at once, but for the [jitter](Options::jitter).
///
/// # Errors
/// If the system gives no thread, as on wasm32-unknown-unknown, which has none.
pub fn start(backend: impl Backend + 'static, options: Options) -> io::Result<Pushing> {
    run::start(Box::new(backend), options)
}

/// Collects and sends once, on this thread.
///
/// # Errors
/// What [`Backend::send`] says.
pub fn once(backend: &mut dyn Backend, options: &Options) -> Result<(), PushError> {
    let meter = Meter::new(backend, options);
    backend.collect(&meter);
    meter.attempt(|| backend.send(options.timeout, &meter))
}

/// The same on a thread of its own, for asynchronous programs: blocks no thread of the executor, whichever that is. A push
/// that was begun is finished, also if the future is dropped.
///
/// # Errors
/// What [`Backend::send`] says, or if the system gives no thread.
pub async fn once_async(backend: impl Backend + 'static, options: &Options) -> Result<(), PushError> {
    run::elsewhere(Box::new(backend), options.clone(), once)?.await
}

/// Collects, and sends until that succeeds, would fail in the same way again, or has taken the whole
/// [timeout](Options::timeout): for what is pushed only once.
#[cfg(feature = "pushgateway")]
pub(crate) fn persistently(backend: &mut dyn Backend, options: &Options) -> Result<(), PushError> {
    run::persistently(backend, options)
}

/// The same on a thread of its own.
#[cfg(feature = "pushgateway")]
pub(crate) async fn persistently_async(backend: impl Backend + 'static, options: &Options) -> Result<(), PushError> {
    run::elsewhere(Box::new(backend), options.clone(), persistently)?.await
}

#[cfg(test)]
mod tests;
