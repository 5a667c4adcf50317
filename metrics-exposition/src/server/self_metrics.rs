use metrics_core::{Counter, Family, Gauge, LabelSet, LabelValue, Metrics};
use std::ops::Deref;
use std::sync::Arc;

/// What servers count of themselves. All of them count in the [global](Self::global) instance, on the page of the global
/// registry, if their [options](super::Options::metrics) do not name another one. What they answer with pages is counted
/// by their [handler](crate::http::HandlerMetrics).
///
/// ```
/// use metrics_core::{Metrics, Registry};
/// use metrics_exposition::server::{Options, ServerMetrics};
///
/// let registry = Registry::new();
/// let options = Options::new().metrics(ServerMetrics::register_in(&registry)?);
/// # let _ = options;
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[derive(Debug, Metrics)]
#[metrics(prefix = "metrics_exposition_server")]
pub struct ServerMetrics {
    /// Connections that are open now.
    open_connections: Gauge<i64>,
    /// Connections that came in.
    connections: Counter,
    /// Connections that the server ended, or did not take.
    #[metric(preset)]
    ended_connections: Family<Ended, Counter>,
    /// Requests that were answered with something else than the handler's answer.
    #[metric(preset)]
    refused_requests: Family<Refused, Counter>,
    /// Times that the system had no connection to give, though clients wait: as a rule there are too many open files.
    accept_failures: Counter,
    /// Times that changed certificates or keys were taken into use.
    certificate_reloads: Counter,
    /// Times that changed certificates or keys could not be used, so that the ones before were kept.
    certificate_failures: Counter,
}

#[derive(LabelSet)]
struct Ended {
    reason: EndReason,
}

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(super) enum EndReason {
    /// There are as many as may be, and each of them is being answered.
    Full,
    /// It gave way to a newer one.
    Displaced,
    #[cfg(feature = "tls")]
    /// There was no TLS, or no certificate that is known.
    Handshake,
    /// The handshake or the headers did not come in time.
    HeadersLate,
    /// No other request came in time.
    Idle,
    /// The client did not read its answer in time.
    UnreadAnswer,
    /// It is not HTTP/1, or it has too many headers.
    BadRequest,
    /// The server stopped before the answer was over.
    Stopped,
}

#[derive(LabelSet)]
struct Refused {
    reason: Refusal,
}

/// Why a request has no answer of the handler.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(super) enum Refusal {
    /// The credentials are missing, or wrong.
    Unauthorized,
    /// There is nothing at this path.
    NotFound,
}

impl ServerMetrics {
    pub(super) fn open(&self) -> &Gauge<i64> {
        &self.open_connections
    }

    pub(super) fn connected(&self) {
        self.connections.inc();
    }

    pub(super) fn ended(&self, reason: EndReason) {
        self.ended_connections.with(&Ended { reason }).inc();
    }

    pub(super) fn refused(&self, reason: Refusal) {
        self.refused_requests.with(&Refused { reason }).inc();
    }

    pub(super) fn accept_failed(&self) {
        self.accept_failures.inc();
    }

    #[cfg(feature = "tls")]
    pub(super) fn reloaded(&self, succeeded: bool) {
        if succeeded { &self.certificate_reloads } else { &self.certificate_failures }.inc();
    }
}

/// The instance that a server counts in; `None`: the global one.
#[derive(Clone, Debug)]
pub(super) struct Counts(pub(super) Option<Arc<ServerMetrics>>);

impl Deref for Counts {
    type Target = ServerMetrics;

    fn deref(&self) -> &ServerMetrics {
        self.0.as_deref().unwrap_or_else(|| ServerMetrics::global())
    }
}
