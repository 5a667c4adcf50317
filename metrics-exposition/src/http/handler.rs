use super::body::{Body, Meter};
use super::coalescing::{Coalescing, WAITING};
use super::content_coding::{Coding, Wish};
use super::filter::names;
use super::page::{Page, Refusal, Wanted};
use super::slots::Slots;
use super::stopwatch::Stopwatch;
use super::{Options, Request, Response};
use crate::encoder::{FORMATS, Format};
use crate::negotiate::negotiate;
use metrics_core::Registry;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const ALLOW: &str = "GET, HEAD, OPTIONS";

/// Answers requests for the metrics of a registry.
///
/// Clones are the same handler: they count scrapes in flight together, and share pages. Keep one for as long as the
/// server runs.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::http::{Handler, Options, Request};
///
/// let handler = Handler::new(Registry::global(), Options::new().max_in_flight(8));
/// let response = handler.handle(&Request::new("GET", &[]).query("name[]=metrics_core_arenas"));
/// assert_eq!(response.status, 200);
/// ```
#[derive(Clone)]
pub struct Handler(Arc<Inner>);

struct Inner {
    registry: Registry,
    options: Options,
    slots: Slots,
    coalescing: Coalescing,
}

impl Handler {
    /// A handler for a registry, or [a part of it](Registry::restricted), or [several](Registry::merged).
    pub fn new(registry: &Registry, options: Options) -> Self {
        let slots = Slots::new(options.max_in_flight);
        Self(Arc::new(Inner { registry: registry.clone(), options, slots, coalescing: Coalescing::new() }))
    }

    /// Answers a request. [The module](super) says what.
    ///
    /// Callable from any thread, several times at once. Never fails.
    ///
    /// It runs collectors and callbacks on the thread that calls it, and may wait there for another thread that does so.
    /// Nothing can stop one of them: with one that takes longer than the [time limit](Options::time_limit) the answer is
    /// a 503 as soon as it returns. A server that can stop waiting should do so at the limit, and answer with
    /// [`timed_out`](Self::timed_out) (the axum router does). What is computed in vain still counts as in flight, so that
    /// collectors that hang take no more than [a few](Options::max_in_flight) threads. If a callback may hang, put it
    /// into a collector with a [`Deadline`](metrics_core::collector::Deadline), and the page has all the rest.
    pub fn handle(&self, request: &Request<'_>) -> Response {
        let counts = &self.0.options.counts;
        let (response, format) = match request.method {
            "GET" => self.page(request),
            "HEAD" => self.head(request),
            "OPTIONS" => (Response::text(200, String::new()).with("allow", ALLOW), None),
            _ => {
                let line = "Metrics are read with GET or HEAD.\n".to_owned();
                (Response::text(405, line).with("allow", ALLOW), None)
            }
        };
        counts.answered(response.status, format);
        response
    }

    /// How long a scrape may take, see [`Options::time_limit`].
    pub fn time_limit(&self) -> Option<Duration> {
        self.0.options.time_limit
    }

    /// The answer to a request for which [`handle`](Self::handle) was not waited for any longer.
    pub fn timed_out(&self) -> Response {
        let limit = self.0.options.time_limit.unwrap_or_default();
        unavailable(&format!(
            "The page took longer to compute than {limit:?} (time_limit): a collector or a callback is slow."
        ))
    }

    /// Without a page: [RFC 9110, 9.3.2][rfc], lets headers be left out that only the page tells.
    ///
    /// [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
    fn head(&self, request: &Request<'_>) -> (Response, Option<&'static Format>) {
        let wanted = self.wanted(request);
        (self.ok(&wanted), Some(wanted.format))
    }

    fn page(&self, request: &Request<'_>) -> (Response, Option<&'static Format>) {
        let Inner { registry, options, slots, coalescing } = &*self.0;
        let (wanted, watch) = (self.wanted(request), Stopwatch::start(options.time_limit));
        let compute = || {
            let _slot = slots.take().ok_or(Refusal::Busy)?;
            let _counted = options.counts.in_flight().track_in_progress();
            wanted.compute(registry, options.created, &watch)
        };
        let page = match options.coalescing {
            true => coalescing.page(&wanted, &watch, &options.counts, compute),
            false => compute(),
        };
        let response = match page {
            Ok(page) => self.respond(&wanted, page, watch),
            Err(refusal) => self.refuse(&refusal),
        };
        (response, Some(wanted.format))
    }

    fn wanted(&self, request: &Request<'_>) -> Wanted {
        let compression = self.0.options.compression;
        let wish = if compression { Wish::of(request.accept_encoding) } else { Wish::NONE };
        let (format, escaping) = negotiate(request.accept, FORMATS);
        Wanted { format, escaping, wish, names: names(request.query) }
    }

    /// What all pages have.
    fn ok(&self, wanted: &Wanted) -> Response {
        let options = &self.0.options;
        let varies = if options.compression && Coding::ANY { "Accept, Accept-Encoding" } else { "Accept" };
        let response = Response::new(200, wanted.format.content_type(wanted.escaping)).with("vary", varies);
        match options.process_start.and_then(|start| start.duration_since(SystemTime::UNIX_EPOCH).ok()) {
            Some(start) => response.with("process-start-time-unix", start.as_secs().to_string()),
            None => response,
        }
    }

    fn respond(&self, wanted: &Wanted, page: Page, watch: Stopwatch) -> Response {
        let (body, coding) = match page {
            Page::Whole(page, coding) => (Body::whole(page), coding),
            Page::Begun(first, rest, coding) => (Body::begun(first, rest), coding),
        };
        let body = body.metered(Meter { counts: self.0.options.counts.clone(), coding, watch });
        let response = match coding {
            Coding::Identity => self.ok(wanted),
            #[cfg(any(feature = "gzip", feature = "zstd"))]
            coding => self.ok(wanted).with("content-encoding", coding.name()),
        };
        response.with_body(body)
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        match refusal {
            Refusal::Busy => {
                let max = self.0.options.max_in_flight.unwrap_or_default();
                unavailable(&format!(
                    "As many scrapes are computed already as may be at a time: {max} (max_in_flight)."
                ))
            }
            Refusal::Crowded => unavailable(&format!("{WAITING} scrapes wait for this page already.")),
            Refusal::Late => self.timed_out(),
            Refusal::Aborted(aborted) => Response::text(500, format!("{aborted}\n")),
        }
    }
}

fn unavailable(why: &str) -> Response {
    Response::text(503, format!("{why}\n")).with("retry-after", "1")
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("registry", &self.0.registry)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

impl From<&Registry> for Handler {
    /// With the default options.
    fn from(registry: &Registry) -> Self {
        Self::new(registry, Options::new())
    }
}

impl From<&Self> for Handler {
    fn from(handler: &Self) -> Self {
        handler.clone()
    }
}
