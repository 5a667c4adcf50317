//! Metrics for a [Pushgateway][pushgateway]: of batch jobs, which are gone before anybody could scrape them.
//!
//! ```
//! use metrics_core::{Counter, Metrics, Registry};
//! use metrics_exposition::pushgateway::Pushgateway;
//! # use std::io::{Read, Write};
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "backup")]
//! struct Backup {
//!     /// Files that were copied.
//!     files: Counter,
//! }
//!
//! # let server = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let address = server.local_addr()?.to_string();
//! # let answers = std::thread::spawn(move || {
//! #     let mut stream = server.accept().unwrap().0;
//! #     let mut request = [0; 4_096];
//! #     let read = stream.read(&mut request).unwrap();
//! #     stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
//! #     String::from_utf8_lossy(&request[..read]).into_owned()
//! # });
//! // let address = "pushgateway.example:9091";
//! let gateway = Pushgateway::new(&address, "nightly_backup", Registry::global())?.grouping_key("path", "/var/lib")?;
//! let job = gateway.guard();
//!
//! Backup::global().files.inc_by(3);
//!
//! // Pushes. If the job ends before, by `?`, `return` or a panic, that is pushed, too, as a failure.
//! job.succeed()?;
//! # let request = answers.join().unwrap();
//! # assert!(request.starts_with("POST /metrics/job/nightly_backup/path@base64/L3Zhci9saWI HTTP/1.1\r\n"), "{request}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Groups
//!
//! The Pushgateway keeps metrics by group: the job, and the labels of the [grouping key](Pushgateway::grouping_key). It
//! keeps them for ever, until they are replaced or [deleted](Pushgateway::delete).
//! [`push`](Pushgateway::push) replaces a group, [`push_add`](Pushgateway::push_add) what has the same names in it.
//!
//! Labels of the grouping key come on each metric of the group. A metric that has one of them already is refused here: the
//! Pushgateway would put one value over all.
//!
//! # What is sent
//!
//! The [text format](crate::text) or [protobuf](crate::protobuf), without times of samples: the Pushgateway refuses these, and
//! shows when a group was pushed as `push_time_seconds`. Names have underscores for what a version before 1.11 does not
//! take. `instance` is empty there, unless it is a label of the metric or of the grouping key; see
//! [`instance_ip_grouping_key`].
//!
//! # Errors
//!
//! They have what the server said, as `pushed metrics are invalid or inconsistent with existing metrics: …`. A
//! [loop](Pushgateway::start) tries again soon after a status of 5xx, 408, 425 and 429, when `Retry-After` says so, and if
//! there was no answer; after others, which say that the same would fail again, at its next interval. What was counted
//! meanwhile is in the next push: nothing waits.
//!
//! How requests are made, with passwords, headers, certificates and redirects, is set by
//! [`http_client::Options`].
//!
//! [pushgateway]: https://github.com/prometheus/pushgateway

mod grouping;
mod guard;
mod page;

pub use grouping::instance_ip_grouping_key;
pub use guard::JobGuard;

use crate::http_client::{self, Client, InvalidOption, Request, Url};
use crate::push::{self, Backend, Meter, PushError, Pushing};
use grouping::Grouping;
use metrics_core::Registry;
use std::io;
use std::time::Duration;
use ureq::http::Method;

/// How metrics are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// The [text format](crate::text), in which native histograms have no place.
    #[default]
    Text,
    /// [Protobuf](crate::protobuf), one message for each family.
    Protobuf,
}

/// A group of metrics in a Pushgateway. See the [module](self) for an example.
///
/// A clone shares the connection while that is idle.
#[derive(Clone, Debug)]
#[must_use]
pub struct Pushgateway {
    base: Url,
    grouping: Grouping,
    registry: Registry,
    format: Format,
    gzip: bool,
    options: push::Options,
    client: Client,
}

impl Pushgateway {
    /// The group of this job, at a URL as `https://pushgateway.example/` or `127.0.0.1:9091`, which is without TLS. A path is
    /// kept, for gateways behind a proxy.
    ///
    /// # Errors
    /// If it is no URL, has a password or a query, or the job is empty.
    pub fn new(url: &str, job: &str, registry: &Registry) -> Result<Self, InvalidOption> {
        let base = if url.contains("://") { Url::parse(url)? } else { Url::parse(&format!("http://{url}"))? };
        if base.has_query() {
            return Err(InvalidOption::new("the URL of a Pushgateway has no query"));
        }
        Ok(Self {
            base,
            grouping: Grouping::new(job)?,
            registry: registry.clone(),
            format: Format::default(),
            gzip: false,
            options: push::Options::new(),
            client: Client::new(&http_client::Options::new()),
        })
    }

    /// One more label of the group, beside the job. They are sorted by their names; any value will do.
    ///
    /// # Errors
    /// If the name is none of a label, one of Prometheus' own (`__…`), `job`, or there already.
    pub fn grouping_key(mut self, name: &str, value: &str) -> Result<Self, InvalidOption> {
        self.grouping.add(name, value)?;
        Ok(self)
    }

    /// How metrics are written. By default [`Format::Text`].
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Whether they are compressed, which the Pushgateway takes since its version 1.5. By default not.
    pub fn gzip(self, gzip: bool) -> Self {
        Self { gzip, ..self }
    }

    /// How requests are made: passwords, tokens, headers, certificates.
    pub fn http(self, options: &http_client::Options) -> Self {
        Self { client: Client::new(options), ..self }
    }

    /// When a loop pushes, how long each push may take, and where they are counted.
    pub fn options(self, options: push::Options) -> Self {
        Self { options, ..self }
    }

    /// Replaces all metrics of the group (`PUT`).
    ///
    /// Takes the [timeout](push::Options::timeout) at most, on this thread.
    ///
    /// # Errors
    /// If the server was not reached in time, or refused them: with what it said.
    pub fn push(&self) -> Result<(), PushError> {
        self.once(Operation::Replace)
    }

    /// Replaces the metrics of the group that have the same names (`POST`).
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_add(&self) -> Result<(), PushError> {
        self.once(Operation::Add)
    }

    /// Deletes the group, and no other one. It is no error if there is none.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn delete(&self) -> Result<(), PushError> {
        self.once(Operation::Delete)
    }

    /// [`push`](Self::push) for asynchronous programs: blocks no thread of the executor, whichever that is.
    ///
    /// # Errors
    /// As [`push`](Self::push), or if the system gives no thread.
    pub async fn push_async(&self) -> Result<(), PushError> {
        self.once_async(Operation::Replace).await
    }

    /// [`push_add`](Self::push_add) for asynchronous programs.
    ///
    /// # Errors
    /// As [`push_async`](Self::push_async).
    pub async fn push_add_async(&self) -> Result<(), PushError> {
        self.once_async(Operation::Add).await
    }

    /// [`delete`](Self::delete) for asynchronous programs.
    ///
    /// # Errors
    /// As [`push_async`](Self::push_async).
    pub async fn delete_async(&self) -> Result<(), PushError> {
        self.once_async(Operation::Delete).await
    }

    /// Pushes when the job has ended, whichever way. Keep what this returns up to its end.
    pub fn guard(self) -> JobGuard {
        JobGuard::new(self)
    }

    /// [Pushes](Self::push) at an interval, on a thread of its own, the first time at once.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(self) -> io::Result<Pushing> {
        let options = self.options.clone();
        push::start(self.sending(Operation::Replace), options)
    }

    fn once(&self, operation: Operation) -> Result<(), PushError> {
        push::once(&mut self.clone().sending(operation), &self.options)
    }

    async fn once_async(&self, operation: Operation) -> Result<(), PushError> {
        push::once_async(self.clone().sending(operation), &self.options).await
    }

    fn sending(self, operation: Operation) -> Sending {
        Sending { gateway: self, operation }
    }

    fn url(&self) -> Result<Url, InvalidOption> {
        self.base.with_path(&format!("{}{}", self.base.path().trim_end_matches('/'), self.grouping.path()))
    }

    fn body(&self) -> Result<Vec<u8>, String> {
        let make = if self.gzip { page::compressed } else { page::page };
        make(self.format, &self.grouping, &self.registry)
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Replace,
    Add,
    Delete,
}

/// Does one thing with a group, each time that it is asked to.
#[derive(Debug)]
struct Sending {
    gateway: Pushgateway,
    operation: Operation,
}

impl Backend for Sending {
    fn name(&self) -> &'static str {
        "pushgateway"
    }

    fn address(&self) -> String {
        self.gateway.url().map_or_else(|_| self.gateway.base.to_string(), |url| url.to_string())
    }

    fn send(&mut self, timeout: Duration, meter: &Meter) -> Result<(), PushError> {
        let gateway = &self.gateway;
        let url = gateway.url().map_err(|error| PushError::new(error).retry_at_interval())?;
        let (method, body) = match self.operation {
            Operation::Replace => (Method::PUT, gateway.body()),
            Operation::Add => (Method::POST, gateway.body()),
            Operation::Delete => (Method::DELETE, Ok(Vec::new())),
        };
        let body = body.map_err(|why| PushError::new(format!("{url}: {why}")).retry_at_interval())?;
        let all = [("content-type", gateway.format.content_type()), ("content-encoding", "gzip")];
        let headers = match (self.operation, gateway.gzip) {
            (Operation::Delete, _) => &all[..0],
            (_, false) => &all[..1],
            (_, true) => &all[..],
        };
        let response = gateway.client.send(&Request { method, url: &url, headers, body: &body, timeout })?;
        meter.sent(body.len());
        response.checked()?;
        Ok(())
    }
}
