//! The endpoint that Prometheus scrapes, for any HTTP server: a function from method, query and two headers to
//! status, headers and body.
//!
//! ```
//! use metrics_core::Registry;
//! use metrics_exposition::http::{Chunk, Handler, Options, Request};
//!
//! let handler = Handler::new(Registry::global(), Options::new());
//!
//! // For each request:
//! let request = Request::new("GET", &[b"text/plain"]).accept_encoding(&[b"gzip"]).query("name[]=jobs");
//! let response = handler.handle(&request);
//! assert_eq!(response.status, 200);
//! for (name, value) in &response.headers {
//!     println!("{name}: {value}");
//! }
//! for chunk in response.body {
//!     let chunk: Chunk = chunk?; // Err: break the connection off, the page cannot be completed
//!     // … send it
//! #   let _ = chunk;
//! }
//! # Ok::<(), metrics_exposition::http::Broken>(())
//! ```
//!
//! With axum, the module `axum` is all that is needed.
//!
//! # Answers
//!
//! | request | status | body |
//! |---|---|---|
//! | `GET` | 200 | the page, in the [format](crate::FORMATS) that `Accept` asks for ([RFC 9110, 12.5.1][rfc]): OpenMetrics or protobuf if it is named, text 0.0.4 to everyone else; with names escaped as the same range asks |
//! | … with `name[]=jobs&name[]=load` | 200 | the [families](Registry::restricted) of these names, or with a sample of one of these names, as they were registered; without any of them an empty page |
//! | … while [3](Options::max_in_flight) are being computed | 503 | a line of text, and `Retry-After: 1` |
//! | … that takes [10 s](Options::time_limit) | 503 | the same |
//! | … with a metric that keeps panicking half-way through its family | 500 | a line of text |
//! | `HEAD` | 200 | none; the same headers, but for those that say how the page is compressed and how long it is: no page is computed for it |
//! | `OPTIONS` | 200 | none; `Allow: GET, HEAD, OPTIONS` |
//! | any other method | 405 | a line of text, and the same `Allow` |
//!
//! No header makes it fail: whatever cannot be understood counts as no wish, which gets text 0.0.4. All answers
//! carry `Cache-Control: no-store` (a cached scrape is a wrong scrape) and `X-Content-Type-Options: nosniff`
//! (label values may hold what a browser takes for HTML); pages, `Vary`.
//!
//! # Compression
//!
//! By `Accept-Encoding`, with the feature `gzip` (on by default) and the feature `zstd` (not on by default, because it
//! needs a C compiler). A page that fits into one packet is not compressed, if that is not forbidden
//! (`identity;q=0`). What is compressed goes out chunk by chunk, like all else.
//!
//! # Scrapes at the same time
//!
//! Scrapes that want the same page, of a [handler](Handler) that they share, share it: in the same format, compressed in
//! the same way, with the same names. **None gets a value from before its request came in.** So a scrape does not join
//! one that is being computed: it waits for the end of that, and then all that wait get one page together. Ten scrapers
//! at a time cost two pages; no more than a hundred may wait, the next one is a 503. Pages that are streamed, see below,
//! are not shared.
//!
//! # Large pages, slow clients
//!
//! A page of up to 4 MiB (some 60,000 series) is built before the answer begins, so that it has a
//! `Content-Length`. Of a longer one these 4 MiB are the first chunk, and the others are encoded as they are
//! asked for, by about a thousand series (64 KiB of counters, 1 MiB of histograms; of protobuf whole messages, which are
//! up to 256 KiB more). No lock is held between chunks, so that a client that reads slowly, or stops, delays nobody; it
//! costs the memory of its chunk. How long it may do so is up to the server. The memory of up to four pages is kept for
//! those to come.
//!
//! # Faults
//!
//! A collector or callback that panics takes its families out of the page, and nothing else. What cannot be left out any
//! more, because a part of it was sent, ends the [body](Body) in an [error](Broken): the server breaks the connection
//! off, and Prometheus counts the scrape as failed (`up` is 0) instead of storing half a page. So it is with a page that
//! takes too long behind its first byte.
//!
//! # Where to call it
//!
//! [`Handler::handle`] and each step of [`Body`] compute for some milliseconds at most, and run the callbacks that you
//! registered, which may take longer: in an async server call them where blocking is allowed
//! (`tokio::task::spawn_blocking`, `actix_web::web::block`).
//!
//! [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1

mod body;
mod coalescing;
mod compress;
mod content_coding;
mod filter;
mod handler;
mod options;
mod page;
mod request;
mod response;
mod self_metrics;
mod slots;
mod stopwatch;

use metrics_core::Registry;

pub use crate::chunk::Chunk;
pub use body::{Body, Broken};
pub use handler::Handler;
pub use options::Options;
pub use request::Request;
pub use response::Response;
pub use self_metrics::HandlerMetrics;

/// Answers a request for the metrics of `registry` by a [handler](Handler) with the default options that lives no longer
/// than this call: no bound on scrapes in flight, and no page that is shared. For tests, and for servers that answer one
/// request at a time.
///
/// Callable from any thread, several times at once. Never fails.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::http::{Request, handle};
///
/// let response = handle(Registry::global(), &Request::new("GET", &[]));
/// assert_eq!(response.status, 200);
/// ```
pub fn handle(registry: &Registry, request: &Request<'_>) -> Response {
    Handler::from(registry).handle(request)
}
