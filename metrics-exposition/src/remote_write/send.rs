//! Requests, answers, and what is to be done about them.

use super::batch::Item;
use super::message;
use crate::http_client::{Client, Request, RequestError, Response, Url};
use crate::push::queue::{Failure, Queue, Waiting};
use crate::push::{Meter, PushError};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Instant;
use ureq::http::Method;

/// The version of the protocol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Version {
    /// `prometheus.WriteRequest`, which all servers take.
    V1,
    /// `io.prometheus.write.v2.Request`.
    V2,
}

/// Which version the server takes.
#[derive(Debug)]
pub(super) struct Negotiated {
    fixed: Option<Version>,
    is_v1: AtomicBool,
}

impl Negotiated {
    pub(super) fn new(fixed: Option<Version>) -> Self {
        Self { fixed, is_v1: AtomicBool::new(false) }
    }

    fn version(&self) -> Version {
        match self.fixed {
            Some(version) => version,
            None if self.is_v1.load(Relaxed) => Version::V1,
            None => Version::V2,
        }
    }

    /// Whether the same samples are to be sent once more, because the server has not understood them.
    ///
    /// Servers of before version 2 answer 415; or 204, and drop everything without a word. What [tells][spec] that from a
    /// success is that nothing is said about what was written.
    ///
    /// [spec]: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#required-written-response-headers
    fn falls_back(&self, version: Version, response: &Response) -> bool {
        let is_misunderstood = response.status == 415 || (response.is_success() && written(response).is_none());
        let falls_back = version == Version::V2 && self.fixed.is_none() && is_misunderstood;
        if falls_back {
            self.is_v1.store(true, Relaxed);
        }
        falls_back
    }
}

/// How many samples the server says it has written; `None`: it says nothing about that.
fn written(response: &Response) -> Option<u64> {
    let count = |what: &str| -> Option<u64> {
        response.header(&format!("x-prometheus-remote-write-{what}-written"))?.trim().parse().ok()
    };
    let all = [count("samples"), count("histograms"), count("exemplars")];
    let [samples, histograms, _] = all.map(Option::unwrap_or_default);
    all.iter().any(Option::is_some).then_some(samples.saturating_add(histograms))
}

/// Where samples go, and how.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    pub(super) url: &'a Url,
    pub(super) negotiated: &'a Negotiated,
    pub(super) meter: &'a Meter,
    pub(super) deadline: Instant,
}

/// Empties all queues at once, each by its own client, as far as the server takes what is in them.
pub(super) fn send_all(
    sender: &Sender<'_>,
    clients: &[Client],
    queues: &mut [Queue<Vec<Item>>],
) -> Result<(), PushError> {
    let shards = queues.iter_mut().zip(clients).filter(|(queue, _)| !queue.is_empty());
    let mut shards: Vec<_> = shards.collect();
    let own = shards.pop();
    let failures: Vec<Failure> = thread::scope(|scope| {
        // One of them needs no thread.
        let threads: Vec<_> = shards
            .into_iter()
            .map(|(queue, client)| {
                thread::Builder::new()
                    .name("metrics-push".to_owned())
                    .spawn_scoped(scope, || sender.drain(client, queue))
            })
            .collect();
        let first = own.and_then(|(queue, client)| sender.drain(client, queue));
        let others = threads.into_iter().map(|thread| match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(failure)) => failure,
            Ok(Err(_)) => Some(Failure::Waits(PushError::new("a shard panicked"))),
            Err(error) => Some(Failure::Waits(error.into())),
        });
        first.into_iter().chain(others.flatten()).collect()
    });
    let mut refused = Ok(());
    for failure in failures {
        match failure {
            Failure::Waits(error) => return Err(error),
            Failure::Refused(error) => refused = Err(error),
        }
    }
    refused
}

impl Sender<'_> {
    /// In the order in which it was collected: samples of a series must not overtake each other.
    fn drain(&self, client: &Client, queue: &mut Queue<Vec<Item>>) -> Option<Failure> {
        queue.drain(self.url, self.deadline, |batch| self.send(client, batch)).err()
    }

    fn send(&self, client: &Client, batch: &Waiting<Vec<Item>>) -> Result<(), Failure> {
        let waits = |error: RequestError| Failure::Waits(error.into());
        let (version, response) = loop {
            let version = self.negotiated.version();
            let response = self.request(client, version, &batch.content).map_err(waits)?;
            if !self.negotiated.falls_back(version, &response) {
                break (version, response);
            }
        };
        let status = response.status;
        let lost = |written: u64| batch.samples.saturating_sub(written);
        let written = written(&response).filter(|_| version == Version::V2);
        match response.checked() {
            Ok(_) => {
                self.meter.dropped(written.map_or(0, lost));
                Ok(())
            }
            Err(error) if status == 429 || status >= 500 => Err(waits(error)),
            Err(error) => {
                self.meter.dropped(lost(written.unwrap_or_default()));
                Err(Failure::Refused(PushError::new(error).retry_at_interval()))
            }
        }
    }

    fn request(&self, client: &Client, version: Version, items: &[Item]) -> Result<Response, RequestError> {
        let (message, content_type, number) = match version {
            Version::V1 => (message::v1(items), "application/x-protobuf", "0.1.0"),
            Version::V2 => (message::v2(items), "application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
        };
        let body = snap::raw::Encoder::new()
            .compress_vec(&message)
            .map_err(|error| RequestError::impossible(self.url, format!("{} bytes: {error}", message.len())))?;
        let response = client.send(&Request {
            method: Method::POST,
            url: self.url,
            headers: &[
                ("Content-Type", content_type),
                ("Content-Encoding", "snappy"),
                ("X-Prometheus-Remote-Write-Version", number),
            ],
            body: &body,
            timeout: self.deadline.saturating_duration_since(Instant::now()),
        })?;
        self.meter.sent(body.len());
        Ok(response)
    }
}
