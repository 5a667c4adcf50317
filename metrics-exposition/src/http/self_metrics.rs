use super::content_coding::Coding;
use crate::encoder::Format;
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// What handlers count of themselves. All of them count in the [global](Self::global) instance, on the page of the
/// global registry, if their [options](super::Options::metrics) do not name another one.
///
/// For a handler with a registry of its own:
///
/// ```
/// use metrics_core::{Metrics, Registry, SelfMetrics};
/// use metrics_exposition::http::{Handler, HandlerMetrics, Options, Request};
/// use std::sync::Arc;
///
/// let registry = Registry::new();
/// let counts = HandlerMetrics::register_in(&registry)?;
/// registry.register_metrics(Arc::new(SelfMetrics::counting()))?; // has collectors' faults
/// // As many as there may be, of one registry or of several.
/// let internal = Handler::new(&registry, Options::new().metrics(counts.clone()));
/// let public = Handler::new(&registry.restricted(["jobs"]), Options::new().metrics(counts));
///
/// internal.handle(&Request::new("GET", &[]));
/// public.handle(&Request::new("GET", &[]));
/// let scrapes = registry.get_sample_value(
///     "metrics_exposition_scrapes_total",
///     &[("code", "200"), ("format", "text/plain"), ("version", "0.0.4")],
/// );
/// assert_eq!(scrapes, Some(2.0));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
///
/// Collectors that failed are counted in `metrics_core_collector_faults_total`, whoever asked them.
#[derive(Debug, Metrics)]
#[metrics(prefix = "metrics_exposition")]
pub struct HandlerMetrics {
    /// Requests that were answered, by status and by format and version of the page.
    scrapes: Family<Answered<'static>, Counter>,
    /// Time to compute a page, or to wait for one that is shared; without the time in which clients read.
    #[metric(unit = Seconds, buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])]
    scrape_duration: Histogram,
    /// What clients took of pages, compressed if they were.
    #[metric(unit = Bytes)]
    sent: Family<Sent<'static>, Counter>,
    /// Scrapes that are computed now, up to their first byte.
    scrapes_in_flight: Gauge<i64>,
    /// Scrapes that wait for a page that another one computes.
    scrapes_waiting: Gauge<i64>,
    /// Scrapes that got the page of another one.
    shared_scrapes: Counter,
    /// Pages that were broken off behind their first byte.
    broken_pages: Counter,
}

#[derive(LabelSet)]
struct Answered<'a> {
    code: u16,
    format: &'a str,
    version: &'a str,
}

#[derive(LabelSet)]
struct Sent<'a> {
    encoding: &'a str,
}

impl HandlerMetrics {
    /// `None`: no page was asked for.
    pub(super) fn answered(&self, code: u16, format: Option<&Format>) {
        let (format, version) = format.map_or(("", ""), |format| (format.media_type(), format.version()));
        self.scrapes.with(&Answered { code, format, version }).inc();
    }

    pub(super) fn shared(&self) {
        self.shared_scrapes.inc();
    }

    pub(super) fn broken(&self) {
        self.broken_pages.inc();
    }

    pub(super) fn in_flight(&self) -> &Gauge<i64> {
        &self.scrapes_in_flight
    }

    pub(super) fn waiting(&self) -> &Gauge<i64> {
        &self.scrapes_waiting
    }

    pub(super) fn computed(&self, time: Duration) {
        self.scrape_duration.observe(time.as_secs_f64());
    }

    pub(super) fn sent(&self, coding: Coding, bytes: usize) {
        self.sent.with(&Sent { encoding: coding.name() }).inc_by(bytes as u64);
    }
}

/// The instance that a handler counts in; `None`: the global one.
#[derive(Clone, Debug)]
pub(super) struct Counts(pub(super) Option<Arc<HandlerMetrics>>);

impl Deref for Counts {
    type Target = HandlerMetrics;

    fn deref(&self) -> &HandlerMetrics {
        self.0.as_deref().unwrap_or_else(|| HandlerMetrics::global())
    }
}
