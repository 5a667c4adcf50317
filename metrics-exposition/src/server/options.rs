use super::ServerMetrics;
use super::auth::Credentials;
use super::error::ServerError;
use super::patience::Limits;
use super::self_metrics::Counts;
#[cfg(feature = "tls")]
use super::tls::Tls;
use std::sync::Arc;
use std::time::Duration;

/// Whom a server answers, and what a client may cost it.
///
/// ```
/// use metrics_exposition::server::Options;
/// use std::time::Duration;
///
/// let options = Options::new()
///     .path("/internal/metrics")
///     .basic_auth("prometheus", "a long password")
///     .max_connections(20)
///     .header_time(Duration::from_secs(3));
///
/// assert!(!format!("{options:?}").contains("a long password"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(super) path: String,
    pub(super) credentials: Credentials,
    /// A mistake, which is told when a server is started.
    pub(super) mistake: Option<Mistake>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
    pub(super) max_connections: usize,
    pub(super) header_bytes: usize,
    pub(super) header_count: usize,
    pub(super) limits: Limits,
    pub(super) stop_time: Duration,
    pub(super) counts: Counts,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Mistake {
    Credentials,
    Path,
}

impl Options {
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self {
            path: "/metrics".to_owned(),
            credentials: Credentials::default(),
            mistake: None,
            #[cfg(feature = "tls")]
            tls: None,
            max_connections: 100,
            header_bytes: 16 << 10,
            header_count: 100,
            limits: Limits {
                header_time: Duration::from_secs(10),
                idle_time: Duration::from_secs(180),
                read_time: Duration::from_secs(60),
            },
            stop_time: Duration::from_secs(5),
            counts: Counts(None),
        }
    }

    /// Where the page is; by default `/metrics`.
    pub fn path(mut self, path: &str) -> Self {
        let is_absolute = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_absolute || path.contains(['?', '#']) {
            self.mistake = Some(Mistake::Path);
        }
        Self { path: path.to_owned(), ..self }
    }

    /// Answers only who has these, or others that were named by further calls. Whoever can read along has them too:
    /// without TLS that is everyone on the way.
    ///
    /// The password is compared in a time that does not depend on it, and shown nowhere.
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        if user.is_empty() || user.contains(':') || self.credentials.basic(user, password).is_none() {
            self.mistake = Some(Mistake::Credentials);
        }
        self
    }

    /// Answers only who has this token (`Authorization: Bearer …`), or other credentials that were named; see
    /// [`basic_auth`](Self::basic_auth).
    pub fn bearer_token(mut self, token: &str) -> Self {
        let is_sendable = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_sendable || self.credentials.bearer(token).is_none() {
            self.mistake = Some(Mistake::Credentials);
        }
        self
    }

    /// Speaks TLS, and nothing else. By default it is plain HTTP.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// How many connections may be open, from 1 on; by default 100. One more takes the place of one that the server waits for:
    /// see [the module](super#floods-and-slow-clients).
    pub fn max_connections(self, connections: usize) -> Self {
        Self { max_connections: connections.max(1), ..self }
    }

    /// How long the line of a request and its headers may be together, in bytes; by default 16 KiB, and 8 KiB at least.
    /// More are answered with 431.
    pub fn header_bytes(self, bytes: usize) -> Self {
        Self { header_bytes: bytes.max(8 << 10), ..self }
    }

    /// How many headers a request may have; by default 100. More are answered with 431.
    pub fn header_count(self, headers: usize) -> Self {
        Self { header_count: headers, ..self }
    }

    /// How long a client may take for the TLS handshake and the headers of its first request, together, and for those of each
    /// further one, from their first byte on; by default 10 s. Then its connection is ended.
    pub fn header_time(mut self, time: Duration) -> Self {
        self.limits.header_time = time;
        self
    }

    /// How long a connection may wait for another request; by default 180 s, so that it lasts from scrape to scrape.
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.limits.idle_time = time;
        self
    }

    /// How long a client may let the server wait until it has read an answer, all waits together; by default 60 s. What
    /// the page takes to be computed does not count: that has a [limit](crate::http::Options::time_limit) of its own.
    pub fn read_time(mut self, time: Duration) -> Self {
        self.limits.read_time = time;
        self
    }

    /// How long answers that are under way may take when the server is stopped; by default 5 s. Then their connections are
    /// broken off.
    pub fn stop_time(self, time: Duration) -> Self {
        Self { stop_time: time, ..self }
    }

    /// What the server counts in. By default that is [`ServerMetrics::global`], on the page of the global registry.
    pub fn metrics(self, metrics: Arc<ServerMetrics>) -> Self {
        Self { counts: Counts(Some(metrics)), ..self }
    }

    pub(super) fn check(&self) -> Result<(), ServerError> {
        match self.mistake {
            None => Ok(()),
            Some(Mistake::Credentials) => Err(ServerError::Credentials),
            Some(Mistake::Path) => Err(ServerError::Path { path: self.path.clone() }),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
