//! Metrics for [Graphite][graphite]: to carbon, its relays, and all that take its protocols.
//!
//! ```
//! use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
//! use metrics_exposition::graphite::GraphiteBridge;
//! # use std::io::{BufRead, BufReader};
//!
//! #[derive(LabelSet)]
//! struct Request<'a> {
//!     endpoint: &'a str,
//! }
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "app")]
//! struct App {
//!     /// Requests served.
//!     requests: Family<Request<'static>, Counter>,
//!     /// Memory in use.
//!     #[metric(unit = Bytes)]
//!     memory: Gauge,
//! }
//!
//! let registry = Registry::new();
//! let app = App::register_in(&registry)?;
//! app.requests.with(&Request { endpoint: "/api/users" }).inc_by(100);
//! app.memory.set(1_048_576.0);
//!
//! # let carbon = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let address = carbon.local_addr()?.to_string();
//! // let address = "graphite.example:2003";
//! let bridge = GraphiteBridge::new(address, &registry).tags(true);
//! let pushing = bridge.start()?; // each 30 s, on a thread of its own
//! // … at the end of the program:
//! pushing.stop()?; // pushes once more
//!
//! // app_memory_bytes 1048576 1700000000
//! // app_requests_total;endpoint=/api/users 100 1700000000
//! # let lines: Vec<_> = BufReader::new(carbon.accept()?.0).lines().take(2).collect::<Result<_, _>>()?;
//! # assert!(lines[0].starts_with("app_memory_bytes 1048576 1"), "{lines:?}");
//! # assert!(lines[1].starts_with("app_requests_total;endpoint=/api/users 100 1"), "{lines:?}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is sent
//!
//! Each sample of the page: a counter as `…_total`, a histogram as its `…_bucket`s, `…_sum` and `…_count`, a native one without
//! classic buckets as the last two. With [tags](GraphiteBridge::tags) a label is a tag; without, name and value are two
//! nodes of the path, `app_requests_total.endpoint.%2Fapi%2Fusers`. Labels are in the order of their names.
//! [`Sanitize`] says what becomes of characters that mean something to Graphite. Times are whole seconds: that of the push, or
//! the sample's own one, if it has one. Values that are no number are left out, which is what carbon does with them; so are
//! times before 1970, and names of more than 16,000 bytes, over which carbon closes the connection: these are counted in
//! `metrics_exposition_push_dropped_samples_total`.
//!
//! # When the server is away
//!
//! The connection is kept open. When it breaks, or cannot be made, what was collected waits, with its time, for
//! [at most so many bytes](GraphiteBridge::max_buffer); beyond, the oldest samples are dropped and counted. It is made again
//! later and later, and then everything is sent that waits, in its order.
//!
//! The protocols have no acknowledgement. Before each push the bridge looks whether the server has closed the connection, and
//! what could not be written whole is sent again as a whole: a sample may so arrive twice, with the same time and the same
//! value, which is the same to Graphite. What the system had taken and a server that was killed had not read is lost. A
//! server that vanishes without a word is noticed when the system gives up, on Linux after a minute, or when the connection
//! [is made anew](GraphiteBridge::reconnect_after).
//!
//! [graphite]: https://graphite.readthedocs.io/en/latest/feeding-carbon.html

mod chunks;
mod collect;
mod connection;
mod pickle;
mod sanitize;
mod value;

pub use sanitize::Sanitize;

use crate::push::{self, Backend, Meter, Options, PushError, Pushing};
use chunks::Buffer;
use collect::{Style, collect};
use connection::Connection;
use metrics_core::Registry;
use metrics_core::model::Timestamp;
use std::io;
use std::time::{Duration, Instant};

/// How samples go to the server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Protocol {
    /// Lines over TCP: carbon's port 2003.
    #[default]
    Plaintext,
    /// Lines in datagrams of at most 1,432 bytes, which pass through any network. What is lost on the way nobody knows. carbon
    /// listens only if it is told to.
    Udp,
    /// Python's pickle over TCP: carbon's port 2004, where it reads faster.
    Pickle,
}

impl Protocol {
    fn chunk_size(self) -> usize {
        match self {
            Self::Plaintext => 65_536,
            Self::Udp => 1_432,
            // carbon takes a MiB.
            Self::Pickle => 65_536 - pickle::FRAME,
        }
    }
}

/// Pushes a registry to a Graphite server. See the [module](self) for an example.
#[derive(Debug)]
#[must_use]
pub struct GraphiteBridge {
    registry: Registry,
    style: Style,
    options: Options,
    connection: Connection,
    buffer: Buffer,
    /// Whether samples of one name are looked for: not before there can be any.
    compares: bool,
}

impl GraphiteBridge {
    /// To a host and a port, as in `graphite.example:2003`, `127.0.0.1:2003` or `[::1]:2003`. The name is looked up whenever
    /// a connection is made.
    pub fn new(address: impl Into<String>, registry: &Registry) -> Self {
        let (protocol, sanitize) = (Protocol::default(), Sanitize::default());
        Self {
            registry: registry.clone(),
            style: Style { protocol, sanitize, prefix: String::new(), tags: false, created: false },
            options: Options::new(),
            connection: Connection::new(address.into(), protocol),
            buffer: Buffer::new(64 << 20),
            compares: false,
        }
    }

    /// Nodes in front of each name: with `servers.web1` a name is `servers.web1.app_requests_total`. By default none.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.style.prefix = prefix.into();
        self
    }

    /// From one push to the next. By default 30 s.
    pub fn interval(self, interval: Duration) -> Self {
        Self { options: self.options.interval(interval), ..self }
    }

    /// Whether labels are tags, `name;endpoint=/`, which Graphite has since its version 1.1, instead of nodes of the path. By
    /// default not.
    pub fn tags(mut self, tags: bool) -> Self {
        self.style.tags = tags;
        self
    }

    /// How samples go to the server. By default [`Protocol::Plaintext`].
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.style.protocol = protocol;
        self.connection.set_protocol(protocol);
        self
    }

    /// What becomes of characters that mean something to Graphite. By default [`Sanitize::Carbon`].
    pub fn sanitize(mut self, sanitize: Sanitize) -> Self {
        self.style.sanitize = sanitize;
        (self.style.created, self.compares) = (sanitize == Sanitize::Python, sanitize == Sanitize::Python);
        self
    }

    /// Whether creation times are samples, `…_created`. By default only with [`Sanitize::Python`]; call it behind
    /// [`sanitize`](Self::sanitize).
    pub fn created(mut self, created: bool) -> Self {
        self.style.created = created;
        self
    }

    /// So many bytes wait at most while the server is away, one push included: some 60 for each sample. By default 64 MiB.
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.buffer = Buffer::new(bytes);
        self
    }

    /// The age at which a connection is closed and made anew, so that servers behind a balancer share the work, and one that
    /// vanished is noticed. By default 5 min.
    pub fn reconnect_after(mut self, age: Duration) -> Self {
        self.connection.longest = age;
        self
    }

    /// When it pushes, how long that may take, and where it is counted; the interval too, which
    /// [`interval`](Self::interval) sets alone.
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Pushes once, on this thread, and keeps the connection open for the next time. What could not be sent waits for it.
    ///
    /// # Errors
    /// If the server was not reached, or did not take everything in time.
    pub fn push(&mut self) -> Result<(), PushError> {
        let options = self.options.clone();
        push::once(self, &options)
    }

    /// Pushes at an interval, on a thread of its own, the first time at once.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(self) -> io::Result<Pushing> {
        let options = self.options.clone();
        push::start(self, options)
    }

    fn send_all(&mut self, deadline: Instant, meter: &Meter) -> io::Result<()> {
        while let Some(chunk) = self.buffer.oldest() {
            self.connection.send(&chunk.bytes, deadline)?;
            meter.sent(chunk.bytes.len());
            self.buffer.pop();
        }
        Ok(())
    }
}

impl Backend for GraphiteBridge {
    fn name(&self) -> &'static str {
        "graphite"
    }

    fn address(&self) -> String {
        self.connection.address().to_owned()
    }

    fn collect(&mut self, meter: &Meter) {
        let now = Timestamp::now();
        let mut collected = collect(&self.registry, &self.style, now, self.compares);
        if collected.loses && !self.compares {
            self.compares = true;
            collected = collect(&self.registry, &self.style, now, true);
        }
        meter.merged(collected.merged);
        let mut dropped = collected.dropped;
        for chunk in collected.chunks.into_chunks(self.style.protocol == Protocol::Pickle) {
            dropped += self.buffer.push(chunk);
        }
        meter.dropped(dropped);
        meter.waiting(self.buffer.bytes());
    }

    fn send(&mut self, timeout: Duration, meter: &Meter) -> Result<(), PushError> {
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            return Err(io::Error::from(io::ErrorKind::Unsupported).into());
        }
        let deadline = Instant::now() + timeout;
        self.connection.renew();
        let was_open = self.connection.is_open();
        let mut result = self.send_all(deadline, meter);
        if was_open && result.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::TimedOut) {
            // It broke since it was looked at, which says nothing of a new one.
            result = self.send_all(deadline, meter);
        }
        meter.waiting(self.buffer.bytes());
        result.map_err(|error| PushError::new(format!("Graphite at {}: {error}", self.connection.address())))
    }
}
