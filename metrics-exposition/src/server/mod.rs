//! A server for programs that have none: `/metrics` at a port, or at a Unix socket.
//!
//! ```
//! use metrics_core::{Counter, Metrics, Registry};
//! use metrics_exposition::server::start_http_server;
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "worker")]
//! struct Worker {
//!     /// Jobs done.
//!     jobs: Counter,
//! }
//!
//! let server = start_http_server("127.0.0.1:0", Registry::global())?; // as a rule with a port: "0.0.0.0:9090"
//! println!("metrics are at http://{}/metrics", server.local_addr().expect("TCP has one"));
//! Worker::global().jobs.inc();
//! // … the program works; at its end:
//! server.stop()?;
//! # Ok::<(), metrics_exposition::server::ServerError>(())
//! ```
//!
//! The program needs no runtime: the server has a thread of its own, `metrics-server`, and computes pages on a few others,
//! `metrics-scrape`. In a program with tokio [`serve`] is a future instead. For a [`Listener`] of another sort and for
//! [`Options`] there is [`start`]; what is on the page, and what a scrape may cost, is up to a
//! [`Handler`], which all of them take in place of a registry.
//!
//! # Answers
//!
//! | path | answer |
//! |---|---|
//! | [`/metrics`](Options::path) | what [`http`](crate::http) says, by a handler |
//! | `/` | 200 and a line that says where the metrics are |
//! | `/-/healthy` | 200, for who only asks whether the server answers; without credentials, and nothing is computed |
//! | any other | 404 and the same line as `/` |
//!
//! Without the [credentials](Options::basic_auth) that are asked for it is 401 and `WWW-Authenticate`, whatever the path. It
//! is HTTP/1.1 and HTTP/1.0. Nobody reads the body of a request: it may be there, and ends the connection behind the answer.
//!
//! # Who can reach it
//!
//! Metrics tell more than one thinks: let them listen where only your scrapers are, or ask for a certificate
//! (`Tls::client_ca`, with the feature `tls`), a password or a token.
//! `127.0.0.1` is this machine, `0.0.0.0` everyone; see [`Listener`]. TLS is the feature `tls`, which is not on by default:
//! its cryptography takes a C compiler to build.
//!
//! # Floods and slow clients
//!
//! Whatever clients do, there is one thread for all connections, and the handler's few for pages. A connection takes its
//! buffers while it waits (`header_bytes` at most, and those of TLS), and a chunk of its page (some 4 MiB, if it is long)
//! while its client reads. Each
//! has its limits: [`max_connections`](Options::max_connections), [`header_bytes`](Options::header_bytes),
//! [`header_count`](Options::header_count), [`header_time`](Options::header_time), [`idle_time`](Options::idle_time),
//! [`read_time`](Options::read_time).
//!
//! When all connections are taken, one more takes the place of another, so that clients that say nothing keep no scraper out.
//! It is one of the network address that has the most (of IPv6, the /64): one that has not sent its request, or else has
//! had its answer and waits for another request, or else has let the server wait for more than a second until it read its
//! answer; of equal ones the oldest. While a page is computed, or read as fast as it comes, its connection is safe. If there
//! is no other, the new one is closed.
//!
//! When the system has no file for one more connection (`EMFILE`), the server waits up to a second between its tries.
//! All of that is [counted](ServerMetrics).
//!
//! # At the end
//!
//! [`Server::stop`] lets answers that are under way come to their end, for [a time](Options::stop_time); so does dropping the
//! [`Server`]. A process that forks has the server in the parent alone, and the port in both, until both have ended.

mod answer;
mod auth;
mod connection;
mod error;
mod handle;
mod listener;
mod options;
mod patience;
mod places;
mod run;
mod self_metrics;
mod thread;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;
mod watched;

use crate::http::Handler;
use connection::Shared;
use std::fmt;
use std::future::Future;
use std::net::ToSocketAddrs;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub use error::ServerError;
pub use handle::{Server, Stopping};
pub use listener::Listener;
pub use options::Options;
pub use self_metrics::ServerMetrics;
#[cfg(feature = "tls")]
pub use tls::Tls;

/// Serves a registry, or a handler, at an address: [`start`] with the default options.
///
/// # Errors
/// If it cannot listen there, see [`Listener::tcp`], or the system gives no thread.
pub fn start_http_server(
    address: impl ToSocketAddrs + fmt::Debug,
    handler: impl Into<Handler>,
) -> Result<Server, ServerError> {
    start(Listener::tcp(address)?, handler, Options::new())
}

/// Serves a registry, or a handler, on a thread of its own. When this returns it does.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::server::{self, Listener, Options};
/// use std::time::Duration;
///
/// let options = Options::new().bearer_token("a-long-token").header_time(Duration::from_secs(3));
/// let server = server::start(Listener::tcp("[::1]:0").or(Listener::tcp("127.0.0.1:0"))?, Registry::global(), options)?;
/// # drop(server);
/// # Ok::<(), server::ServerError>(())
/// ```
///
/// # Errors
/// If an option or a file for TLS cannot be used, or the system gives no thread.
pub fn start(
    listener: impl Into<Listener>,
    handler: impl Into<Handler>,
    options: Options,
) -> Result<Server, ServerError> {
    thread::start(listener.into(), Shared::new(handler.into(), options)?)
}

/// Serves a registry, or a handler, as a future of a tokio runtime with its network and its timers on (`enable_all`), until
/// `shutdown` is ready. Dropped, it breaks off what is under way.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use metrics_core::Registry;
/// use metrics_exposition::server::{self, Listener, Options};
///
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let listener = Listener::tcp("127.0.0.1:0")?;
/// let shutdown = async { drop(stopped.await) };
/// let server = tokio::spawn(server::serve(listener, Registry::global(), Options::new(), shutdown));
/// // … the program works; at its end:
/// drop(stop);
/// server.await??;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If an option or a file for TLS cannot be used, or, at the end, as [`Server::stop`].
///
/// # Panics
/// Outside of such a runtime.
pub fn serve(
    listener: impl Into<Listener>,
    handler: impl Into<Handler>,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Serving {
    let (listener, shared) = (listener.into(), Shared::new(handler.into(), options));
    Serving(Box::pin(async move {
        let shared = shared?;
        let listener = listener.polled().map_err(|source| ServerError::Thread { source })?;
        run::run(listener, shared, shutdown).await
    }))
}

/// A server as a future, see [`serve`].
#[must_use = "it serves while it is polled"]
pub struct Serving(Pin<Box<dyn Future<Output = Result<(), ServerError>> + Send>>);

impl Future for Serving {
    type Output = Result<(), ServerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}

impl Shared {
    fn new(handler: Handler, options: Options) -> Result<Arc<Self>, ServerError> {
        options.check()?;
        #[cfg(feature = "tls")]
        let tls = options.tls.clone().map(tls::Current::load).transpose()?;
        Ok(Arc::new(Self {
            handler,
            options,
            #[cfg(feature = "tls")]
            tls,
        }))
    }
}
