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
//! that takes longer than the [time limit](crate::http::Options::time_limit) is not waited for: the client has its 503, or the
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

use crate::http::Handler;
use crate::polled::respond;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use metrics_core::Registry;
use std::convert::Infallible;

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
    any(move |request: Request| {
        let answer = respond(handler.clone(), request.into_parts().0);
        async { Response::map(answer.await, Body::new) }
    })
}
