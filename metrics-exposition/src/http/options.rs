use super::HandlerMetrics;
use super::self_metrics::Counts;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How a [`Handler`](super::Handler) answers.
///
/// ```
/// use metrics_exposition::http::Options;
/// use std::time::Duration;
///
/// let patient = Options::new().time_limit(Duration::from_secs(60)).max_in_flight(8);
/// let quiet = Options::new().compression(false).coalescing(false).time_limit(None);
/// # let _ = (patient, quiet);
///
/// let defaults = format!("{:?}", Options::new());
/// assert!(defaults.contains("max_in_flight: Some(3), time_limit: Some(10s), coalescing: true, compression: true, created: false"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(super) max_in_flight: Option<usize>,
    pub(super) time_limit: Option<Duration>,
    pub(super) coalescing: bool,
    pub(super) compression: bool,
    pub(super) created: bool,
    pub(super) process_start: Option<SystemTime>,
    pub(super) counts: Counts,
}

impl Options {
    /// The defaults, which each method names.
    pub const fn new() -> Self {
        Self {
            max_in_flight: Some(3),
            time_limit: Some(Duration::from_secs(10)),
            coalescing: true,
            compression: true,
            created: false,
            process_start: None,
            counts: Counts(None),
        }
    }

    /// How many scrapes may be computed at a time; the next one gets a 503. `None`: any number. By default 3.
    ///
    /// A scrape counts until the first byte of its answer is there: not while it waits for a page that is
    /// [shared](Self::coalescing), and not while its client reads, however slowly.
    pub fn max_in_flight(self, scrapes: impl Into<Option<usize>>) -> Self {
        Self { max_in_flight: scrapes.into(), ..self }
    }

    /// How long a scrape may take to compute, with all collectors and callbacks; the time in which the client reads does
    /// not count. `None`: for ever. By default 10 s, after which Prometheus gives up, too.
    ///
    /// What is late before the first byte is a 503. Behind it the body ends in an error, which breaks the connection
    /// off. Nothing can stop a callback, see [`Handler::handle`](super::Handler::handle).
    pub fn time_limit(self, limit: impl Into<Option<Duration>>) -> Self {
        Self { time_limit: limit.into(), ..self }
    }

    /// Whether scrapes that come at the same time share a page, see [the module](super). By default they do.
    pub fn coalescing(self, on: bool) -> Self {
        Self { coalescing: on, ..self }
    }

    /// Whether pages are compressed for clients that take it. By default they are, by what the features `gzip` and
    /// `zstd` have brought.
    pub fn compression(self, on: bool) -> Self {
        Self { compression: on, ..self }
    }

    /// Whether OpenMetrics pages have a sample `…_created`, see [`EncoderOptions::created`](crate::EncoderOptions::created).
    /// By default they have not.
    pub fn created(self, on: bool) -> Self {
        Self { created: on, ..self }
    }

    /// When the process began, in the header `Process-Start-Time-Unix`, in whole seconds. By default there is none.
    pub fn process_start_time(self, start: SystemTime) -> Self {
        Self { process_start: Some(start), ..self }
    }

    /// What the handler counts in. By default that is [`HandlerMetrics::global`], on the page of the global registry.
    pub fn metrics(self, metrics: Arc<HandlerMetrics>) -> Self {
        Self { counts: Counts(Some(metrics)), ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
