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
//! For a registry of your own [`router_for`], for another path [`metrics`]. All of them work under
//! [`merge`](Router::merge), [`nest`](Router::nest) and with any state; what they answer is described in
//! [`crate::http`].
//!
//! Encoding and callbacks run on tokio's threads for blocking work, one chunk at a time and only when the
//! client has taken the one before: neither a large registry nor a slow callback holds up the executor, and a
//! slow client holds no thread. (Outside of a tokio runtime they run where the router is polled.)
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

use crate::http::{self, handle};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{ACCEPT, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use metrics_core::Registry;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The global registry at `/metrics`.
///
/// The first call gathers everything that the derives generated, see [`Registry::global`].
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router_for(Registry::global())
}

/// A registry at `/metrics`.
///
/// ```
/// use metrics_core::Registry;
/// let registry = Registry::new();
/// let app: axum::Router = metrics_exposition::axum::router_for(&registry);
/// ```
pub fn router_for<S>(registry: &Registry) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new().route("/metrics", metrics(registry))
}

/// A registry at a path of your choice.
///
/// It answers every method itself (405 to all but `GET` and `HEAD`), so that no fallback of yours is asked.
///
/// ```
/// use metrics_core::Registry;
/// let app: axum::Router =
///     axum::Router::new().route("/internal/prometheus", metrics_exposition::axum::metrics(Registry::global()));
/// ```
pub fn metrics<S>(registry: &Registry) -> MethodRouter<S, Infallible>
where
    S: Clone + Send + Sync + 'static,
{
    let registry = registry.clone();
    any(move |request: Request| {
        let registry = registry.clone();
        let (parts, _) = request.into_parts();
        respond(registry, parts.method, parts.headers)
    })
}

async fn respond(registry: Registry, method: Method, headers: HeaderMap) -> Response {
    let answer = blocking(move || {
        let accept: Vec<&[u8]> = headers.get_all(ACCEPT).iter().map(HeaderValue::as_bytes).collect();
        handle(&registry, &http::Request::new(method.as_str(), &accept))
    });
    match answer.await {
        Ok(answer) => into_response(answer),
        // The runtime is shutting down.
        Err(_) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

fn into_response(answer: http::Response) -> Response {
    let mut response = Response::new(Body::new(Chunks::Ready(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
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
                Self::Ready(mut body) => Self::Working(blocking(move || {
                    let chunk = next(&mut body);
                    (body, chunk)
                })),
                Self::Working(mut job) => match Pin::new(&mut job).poll(cx) {
                    Poll::Ready(Ok(done)) => break done,
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
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

/// Work on a thread where blocking is allowed; dropping it lets a chunk that is under way be finished in vain.
enum Job<T> {
    Elsewhere(JoinHandle<T>),
    Done(Option<T>),
}

fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Job<T> {
    match Handle::try_current() {
        Ok(runtime) => Job::Elsewhere(runtime.spawn_blocking(work)),
        Err(_) => Job::Done(Some(work())),
    }
}

impl<T: Unpin> Future for Job<T> {
    type Output = io::Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        match self.get_mut() {
            Self::Elsewhere(handle) => Pin::new(handle).poll(cx).map_err(io::Error::other),
            Self::Done(value) => Poll::Ready(value.take().ok_or_else(|| io::Error::other("polled after its end"))),
        }
    }
}
