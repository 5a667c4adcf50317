//! The endpoint that Prometheus scrapes, for any HTTP server: a function from method and `Accept` header to
//! status, headers and body.
//!
//! ```
//! use metrics_core::Registry;
//! use metrics_exposition::http::{Chunk, Request, handle};
//!
//! let response = handle(Registry::global(), &Request::new("GET", &[b"text/plain"]));
//! assert_eq!(response.status, 200);
//! for (name, value) in &response.headers {
//!     println!("{name}: {value}");
//! }
//! for chunk in response.body {
//!     let chunk: Chunk = chunk?; // Err: break the connection off, the page cannot be completed
//!     // … send it
//! #   let _ = chunk;
//! }
//! # Ok::<(), metrics_core::registry::Aborted>(())
//! ```
//!
//! With axum, the module `axum` is all that is needed.
//!
//! # Answers
//!
//! | request | status | body |
//! |---|---|---|
//! | `GET` | 200 | the page, in the [format](crate::FORMATS) that `Accept` asks for ([RFC 9110, 12.5.1][rfc]): OpenMetrics or protobuf if it is named, text 0.0.4 to everyone else; with names escaped as the same range asks |
//! | `HEAD` | 200 | none; the same headers |
//! | any other method | 405 | a line of text, and the header `Allow: GET, HEAD` |
//!
//! No header makes it fail: whatever cannot be understood counts as no wish, which gets text 0.0.4. All answers
//! carry `Cache-Control: no-store` (a cached scrape is a wrong scrape) and `X-Content-Type-Options: nosniff`
//! (label values may hold what a browser takes for HTML).
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
//! # Where to call it
//!
//! [`handle`] and each step of [`Body`] compute for some milliseconds at most, and run the callbacks that you
//! registered, which may take longer: in an async server call them where blocking is allowed
//! (`tokio::task::spawn_blocking`, `actix_web::web::block`).
//!
//! [rfc]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1

use crate::chunk;
use crate::encoder::{Encoder, EncoderOptions, FORMATS, fill};
use crate::negotiate::negotiate;
use metrics_core::Registry;
use metrics_core::registry::{Aborted, Scrape};
use std::borrow::Cow;
use std::fmt;

pub use crate::chunk::Chunk;

/// Up to here a page is built whole, which gives it a `Content-Length`.
const WHOLE: usize = 4 << 20;
/// Beyond, this much is encoded at once.
const CHUNK: usize = 64 << 10;

/// What of a request matters here.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    method: &'a str,
    accept: &'a [&'a [u8]],
}

impl<'a> Request<'a> {
    /// A request with this method and these values of the `Accept` header, one for each of its lines; they may
    /// hold any bytes.
    pub const fn new(method: &'a str, accept: &'a [&'a [u8]]) -> Self {
        Self { method, accept }
    }
}

/// The answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// 200 or 405; 500 if a collector keeps panicking half-way through its family.
    pub status: u16,
    /// Names in lower case and values, each name once.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// What to send behind them.
    pub body: Body,
}

/// Answers a request for the metrics of `registry`.
///
/// Callable from any thread, several times at once. Never fails; see [the module](self) for what it answers
/// and what it costs.
pub fn handle(registry: &Registry, request: &Request<'_>) -> Response {
    let is_head = request.method == "HEAD";
    if request.method != "GET" && !is_head {
        return method_not_allowed();
    }
    let (format, escaping) = negotiate(request.accept, FORMATS);
    let mut response = Response::new(200, format.content_type(escaping));
    let options = EncoderOptions { escaping, ..EncoderOptions::default() };
    let (mut scrape, mut encoder) = (registry.scrape(), format.encoder(options));
    encoder.reuse(chunk::spare());
    match fill(&mut scrape, &mut *encoder, WHOLE) {
        Ok(true) => response.body.state = State::First(Pages { scrape, encoder }),
        Ok(false) => response.set_body(Chunk::page(encoder.take())),
        Err(aborted) => {
            response = Response::new(500, "text/plain; charset=utf-8");
            response.set_body(Chunk::small(format!("{aborted}\n").into()));
        }
    }
    if is_head {
        response.body.state = State::Ended;
    }
    response
}

fn method_not_allowed() -> Response {
    let mut response = Response::new(405, "text/plain; charset=utf-8");
    response.headers.push(("allow", "GET, HEAD".into()));
    response.set_body(Chunk::small(b"Metrics are read with GET or HEAD.\n".into()));
    response
}

impl Response {
    fn set_body(&mut self, body: Chunk) {
        self.headers.push(("content-length", body.len().to_string().into()));
        self.body.state = State::Whole(body);
    }

    fn new(status: u16, content_type: impl Into<Cow<'static, str>>) -> Self {
        let headers = vec![
            ("content-type", content_type.into()),
            ("cache-control", "no-store".into()),
            ("x-content-type-options", "nosniff".into()),
        ];
        Self { status, headers, body: Body { state: State::Ended } }
    }
}

/// The body in chunks, each encoded when it is asked for.
///
/// An error means that a family failed of which a part was sent already: break the connection off, so that the
/// client sees a page that was cut off (HTTP/1.1: without the final chunk), not one that lacks a family.
///
/// The default one is empty.
#[derive(Default)]
pub struct Body {
    state: State,
}

#[derive(Default)]
enum State {
    /// The first chunk waits in the encoder.
    First(Pages),
    /// Nothing waits.
    More(Pages),
    Whole(Chunk),
    #[default]
    Ended,
}

/// A scrape on its way into an encoder.
struct Pages {
    scrape: Scrape,
    encoder: Box<dyn Encoder>,
}

impl Body {
    /// How long it is, if it was built whole and was not taken yet.
    pub fn exact_len(&self) -> Option<usize> {
        match &self.state {
            State::Whole(page) => Some(page.len()),
            _ => None,
        }
    }

    /// Whether the next chunk only needs to be handed out: nothing is computed, no callback runs.
    pub fn is_encoded(&self) -> bool {
        !matches!(self.state, State::More(_))
    }
}

impl Iterator for Body {
    type Item = Result<Chunk, Aborted>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::First(mut pages) => {
                let chunk = Chunk::page(pages.encoder.take());
                self.state = State::More(pages);
                Some(Ok(chunk))
            }
            State::More(mut pages) => match fill(&mut pages.scrape, &mut *pages.encoder, CHUNK) {
                Ok(more) => {
                    let chunk = Chunk::small(pages.encoder.take());
                    if more {
                        self.state = State::More(pages);
                    }
                    (!chunk.is_empty()).then_some(Ok(chunk))
                }
                Err(aborted) => Some(Err(aborted)),
            },
            State::Whole(page) => Some(Ok(page)),
            State::Ended => None,
        }
    }
}

impl std::iter::FusedIterator for Body {}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.state {
            State::First(_) => "Body(begun)",
            State::More(_) => "Body(under way)",
            State::Whole(_) => "Body(whole)",
            State::Ended => "Body(ended)",
        })
    }
}
