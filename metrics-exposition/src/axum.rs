//! `/metrics` in an [axum] service.
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "home" }))
//!     .merge(metrics_exposition::axum::router());
//! ```
//!
//! For a registry of your own [`router_for`], for another path [`metrics`]; both take a [`Handler`] with options of your
//! own, too. All of them work under [`merge`](Router::merge), [`nest`](Router::nest) and with any state; what they answer
//! is described in [`crate::http`].
//!
//! Encoding and callbacks run on a few threads of their own, `metrics-scrape`, one chunk at a time and only when the
//! client has taken the one before: neither a large registry nor a slow callback holds up the executor, a slow client
//! holds no thread, and a service that has all of its threads for blocking work in use is scraped as before. A callback
//! that takes longer than the [time limit](http::Options::time_limit) is not waited for: the client has its 503, or the
//! end of its connection, at that time. For that the runtime needs its timers on (`enable_time`), as `#[tokio::main]`
//! has them. (Outside of a tokio runtime nothing is cut short.)
//!
//! Whoever can reach the router can read the metrics. In production give them a listener of their own, which the
//! outside cannot reach:
//!
//! ```no_run
//! # async fn f() -> std::io::Result<()> {
//! let public = axum::Router::new();
//! let internal = metrics_exposition::axum::router();
//! let (public_at, internal_at) =
//!     (tokio::net::TcpListener::bind("0.0.0.0:8080").await?, tokio::net::TcpListener::bind("127.0.0.1:9090").await?);
//! tokio::try_join!(async { axum::serve(public_at, public).await }, async { axum::serve(internal_at, internal).await })?;
//! # Ok(())
//! # }
//! ```
//!
//! A client that asks and then reads nothing, or a byte now and then, keeps its page (at most 5 MiB of it) until its
//! connection ends, and neither axum nor hyper ends one for that. If such clients can reach the router, let the kernel
//! do so; on Linux, with the crate `socket2`:
//!
//! ```no_run
//! # #[cfg(target_os = "linux")]
//! # async fn f() -> std::io::Result<()> {
//! use axum::serve::ListenerExt;
//! use std::time::Duration;
//!
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:9090").await?.tap_io(|connection| {
//!     // How long a client may leave no room for more.
//!     let patience = Duration::from_secs(60);
//!     if let Err(error) = socket2::SockRef::from(&*connection).set_tcp_user_timeout(Some(patience)) {
//!         eprintln!("a client may now keep its page for ever: {error}");
//!     }
//! });
//! axum::serve(listener, metrics_exposition::axum::router()).await
//! # }
//! ```

use crate::http::{self, Handler};
use crate::threads;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use metrics_core::Registry;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

/// The global registry at `/metrics`.
///
/// The first call gathers everything that the derives generated, see [`Registry::global`].
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router_for(Registry::global())
}

/// A registry at `/metrics`, with the default options or those of a handler.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::axum::router_for;
/// use metrics_exposition::http::{Handler, Options};
///
/// let registry = Registry::new();
/// let app: axum::Router = router_for(&registry);
///
/// let handler = Handler::new(&registry, Options::new().compression(false));
/// let app: axum::Router = router_for(handler);
/// ```
pub fn router_for<S>(handler: impl Into<Handler>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new().route("/metrics", metrics(handler))
}

/// A registry at a path of your choice, with the default options or those of a handler.
///
/// It answers every method itself (405 to all but `GET`, `HEAD` and `OPTIONS`), so that no fallback of yours is asked.
///
/// ```
/// use metrics_core::Registry;
/// let app: axum::Router =
///     axum::Router::new().route("/internal/prometheus", metrics_exposition::axum::metrics(Registry::global()));
/// ```
pub fn metrics<S>(handler: impl Into<Handler>) -> MethodRouter<S, Infallible>
where
    S: Clone + Send + Sync + 'static,
{
    let handler = handler.into();
    any(move |request: Request| respond(handler.clone(), request.into_parts().0))
}

async fn respond(handler: Handler, request: Parts) -> Response {
    let limit = handler.time_limit();
    let working = handler.clone();
    let answer = job(limit, move || {
        let lines = |name| request.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
        let (accept, accept_encoding) = (lines(ACCEPT), lines(ACCEPT_ENCODING));
        let asked = http::Request::new(request.method.as_str(), &accept)
            .accept_encoding(&accept_encoding)
            .query(request.uri.query().unwrap_or_default());
        working.handle(&asked)
    });
    match answer.await {
        Ok(answer) => into_response(answer),
        Err(Failed::Late) => into_response(handler.timed_out()),
        Err(Failed::Panicked) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

fn into_response(answer: http::Response) -> Response {
    let mut response = Response::new(Body::new(Chunks::Ready(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The body as hyper polls it.
enum Chunks {
    /// The next chunk is to be encoded when it is asked for.
    Ready(http::Body),
    Working(Job<(http::Body, Option<io::Result<Bytes>>)>),
    Ended,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let (body, chunk) = loop {
            *self = match std::mem::replace(&mut *self, Self::Ended) {
                Self::Ready(mut body) if body.is_encoded() => {
                    let chunk = next(&mut body);
                    break (body, chunk);
                }
                Self::Ready(mut body) => Self::Working(job(body.time_left(), move || {
                    let chunk = next(&mut body);
                    (body, chunk)
                })),
                Self::Working(mut job) => match Pin::new(&mut job).poll(cx) {
                    Poll::Ready(Ok(done)) => break done,
                    Poll::Ready(Err(failed)) => return Poll::Ready(Some(Err(failed.into()))),
                    Poll::Pending => {
                        *self = Self::Working(job);
                        return Poll::Pending;
                    }
                },
                Self::Ended => return Poll::Ready(None),
            };
        };
        if let Some(Ok(_)) = chunk {
            *self = Self::Ready(body);
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Ready(body) => {
                body.exact_len().map_or_else(SizeHint::default, |len| SizeHint::with_exact(len as u64))
            }
            _ => SizeHint::default(),
        }
    }
}

fn next(body: &mut http::Body) -> Option<io::Result<Bytes>> {
    body.next().map(|chunk| chunk.map(Bytes::from_owner).map_err(io::Error::other))
}

/// Work on a [thread](threads) for it; dropping it lets what is under way be finished in vain.
struct Job<T> {
    result: oneshot::Receiver<T>,
    limit: Option<Limit>,
}

/// How long work may take from when it begins, which is when a thread is free.
struct Limit {
    began: Arc<OnceLock<Instant>>,
    time: Duration,
    timer: Pin<Box<Sleep>>,
}

/// Why work has no result.
enum Failed {
    Late,
    Panicked,
}

impl From<Failed> for io::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Late => Self::new(io::ErrorKind::TimedOut, "a collector or a callback is slow (time_limit)"),
            Failed::Panicked => Self::other("the scrape panicked"),
        }
    }
}

fn job<T: Send + 'static>(limit: Option<Duration>, work: impl FnOnce() -> T + Send + 'static) -> Job<T> {
    let began = Arc::new(OnceLock::new());
    // Only tokio has its timers.
    let limit = limit.filter(|_| Handle::try_current().is_ok());
    let limit = limit.map(|time| Limit { began: Arc::clone(&began), time, timer: Box::pin(sleep(time)) });
    let result = threads::run(move || {
        // Nobody else sets it.
        let _ = began.set(Instant::now());
        work()
    });
    Job { result, limit }
}

impl Limit {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let left = self.time.saturating_sub(self.began.get().map_or(Duration::ZERO, Instant::elapsed));
            if left.is_zero() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(tokio::time::Instant::now() + left);
        }
    }
}

impl<T> Future for Job<T> {
    type Output = Result<T, Failed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Failed>> {
        let Self { result, limit } = self.get_mut();
        match Pin::new(result).poll(cx) {
            Poll::Ready(done) => Poll::Ready(done.map_err(|_| Failed::Panicked)),
            Poll::Pending => match limit {
                Some(limit) => limit.poll(cx).map(|()| Err(Failed::Late)),
                None => Poll::Pending,
            },
        }
    }
}
