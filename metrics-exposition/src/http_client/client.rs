use super::{Options, RequestError, Response, Url};
#[cfg(any(feature = "otlp", feature = "pushgateway"))]
use flate2::{Compression, write::GzEncoder};
use std::fmt;
use std::io::{self, Read};
#[cfg(feature = "tls")]
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::header::{AUTHORIZATION, EXPECT, LOCATION};
use ureq::http::{self, HeaderValue, Method};
use ureq::typestate::AgentScope;

/// Sends requests, and keeps the connection open. One thread at a time has the use of one connection; clones share what
/// is idle.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    /// Not before it is needed, and then for all clones: the certificates of the system are many.
    #[cfg(feature = "tls")]
    tls_agent: Arc<OnceLock<Agent>>,
    options: Options,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a Url,
    /// Beside those of the [`Options`], and sent wherever a redirect leads: no secrets.
    pub(crate) headers: &'a [(&'static str, &'a str)],
    /// Empty: none.
    pub(crate) body: &'a [u8],
    /// Of all of it.
    pub(crate) timeout: Duration,
}

/// Beyond, the server says first whether it wants the body at all. Otherwise one that does not would have to take it, or
/// close the connection, by which its answer would be lost.
const LARGE: usize = 1 << 20;
const LONGEST_ANSWER: u64 = 64 << 10;
const MOST_REDIRECTS: usize = 5;
/// Longer than a common interval, and shorter than routers forget a connection that nobody uses.
const LONGEST_IDLE: Duration = Duration::from_secs(90);

impl Client {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            agent: agent(options).build().new_agent(),
            #[cfg(feature = "tls")]
            tls_agent: Arc::default(),
            options: options.clone(),
        }
    }

    /// One with the same options and a connection of its own.
    #[cfg(feature = "remote_write")]
    pub(crate) fn separate(&self) -> Self {
        Self::new(&self.options)
    }

    /// What the server answers, with any status.
    ///
    /// # Errors
    /// If it does not answer, not in time, or by a redirect that cannot be followed.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Response, RequestError> {
        let deadline = Instant::now() + request.timeout;
        let mut url = request.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send_to(&url, request, deadline)?;
            if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let Some(location) = response.header(LOCATION.as_str()) else { return Ok(response) };
            let next = url.resolve(location).map_err(|error| {
                RequestError::impossible(&url, format!("redirects to where nobody can follow: {error}"))
            })?;
            if url.is_https() && !next.is_https() {
                return Err(RequestError::impossible(&url, format!("redirects to {next}, which is not encrypted")));
            }
            url = next;
        }
        Err(RequestError::impossible(
            request.url,
            format!("more than {MOST_REDIRECTS} redirects, the last one to {url}"),
        ))
    }

    fn send_to(&self, url: &Url, request: &Request<'_>, deadline: Instant) -> Result<Response, RequestError> {
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            return Err(RequestError::failed(url, io::ErrorKind::Unsupported.into()));
        }
        if url.is_https() && !cfg!(feature = "tls") {
            return Err(RequestError::impossible(url, "`https` takes the feature `tls` of metrics-exposition"));
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(RequestError::failed(url, io::ErrorKind::TimedOut.into()));
        }
        let built = self.build(url, request).map_err(|error| RequestError::impossible(url, error.to_string()))?;
        let answer = match request.body {
            [] if request.method == Method::DELETE => self.run(url, built.map(|_| ()), rest),
            _ => self.run(url, built, rest),
        };
        let (parts, body) = answer.map_err(|error| RequestError::of_client(url, error))?.into_parts();
        let mut bytes = Vec::new();
        let read = body.into_reader().take(LONGEST_ANSWER).read_to_end(&mut bytes);
        // Whether it was done is known; what was said about it is worth less.
        if let (Err(error), true) = (read, parts.status.is_success()) {
            return Err(RequestError::failed(url, error));
        }
        Ok(Response { url: url.clone(), status: parts.status.as_u16(), headers: parts.headers, body: bytes })
    }

    fn build<'a>(&self, url: &Url, request: &Request<'a>) -> http::Result<http::Request<&'a [u8]>> {
        let mut built = http::Request::builder().method(request.method.clone()).uri(url.uri().clone());
        for (name, value) in request.headers {
            built = built.header(*name, *value);
        }
        if request.body.len() > LARGE {
            built = built.header(EXPECT, HeaderValue::from_static("100-continue"));
        }
        if url.has_origin_of(request.url) {
            for (name, value) in &self.options.headers {
                built = built.header(name, value);
            }
            if let Some(authorization) = &self.options.authorization {
                built = built.header(AUTHORIZATION, authorization);
            }
        }
        built.body(request.body)
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        url: &Url,
        request: http::Request<B>,
        timeout: Duration,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let agent = self.agent(url);
        agent.run(agent.configure_request(request).timeout_global(Some(timeout)).build())
    }

    #[cfg(feature = "tls")]
    fn agent(&self, url: &Url) -> &Agent {
        let with_tls = || agent(&self.options).tls_config(self.options.tls.config()).build().new_agent();
        if url.is_https() { self.tls_agent.get_or_init(with_tls) } else { &self.agent }
    }

    #[cfg(not(feature = "tls"))]
    fn agent(&self, _: &Url) -> &Agent {
        &self.agent
    }
}

fn agent(options: &Options) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("metrics-exposition/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(options.connect_timeout)
        .max_idle_age(LONGEST_IDLE)
        .max_idle_connections_per_host(1)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What is written to it comes out compressed: for a body with `Content-Encoding: gzip`.
#[cfg(any(feature = "otlp", feature = "pushgateway"))]
pub(crate) fn gzip() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::fast())
}
