//! Metrics for a collector of [OpenTelemetry][otlp], and all that take its protocol over HTTP.
//!
//! ```no_run
//! use metrics_core::Registry;
//! use metrics_exposition::otlp::OtlpExporter;
//! use std::time::Duration;
//!
//! let pushing = OtlpExporter::new("http://collector.example:4318/v1/metrics", Registry::global())?
//!     .resource("service.name", "shop")
//!     .resource("service.instance.id", "web-7")
//!     .interval(Duration::from_secs(15))
//!     .start()?; // on a thread of its own
//! // … at the end of the program:
//! pushing.stop()?; // pushes once more
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is sent
//!
//! Protobuf, compressed by gzip, by the rules of the [compatibility specification][rules]:
//!
//! | a | is a |
//! |---|---|
//! | counter | monotonic sum `…_total`, with its exemplar |
//! | gauge, unknown | gauge |
//! | histogram | exponential histogram, if it has a native one; else histogram. With exemplars |
//! | summary | summary; left out if it has no count |
//! | info | sum `…_info`, which is 1. Labels of an info `target` are attributes of the resource instead |
//! | state set | sum of 0 or 1 for each state, which is an attribute named like the family |
//! | gauge histogram | nothing, because OpenTelemetry has none |
//!
//! - Sums and histograms are cumulative, from the time at which they began to count, if that is known.
//! - Names stay as they are, also those that Prometheus would have to escape. Labels without a value are left out.
//! - A unit is spelled by its code of UCUM, `seconds` as `s`. Each metric's type is its metadata `prometheus.type`.
//! - Times are those of the collection, or a sample's own. Whole numbers are sent as such.
//! - An exemplar is sent once, as far as it has a time. Labels `trace_id` and `span_id` that are ids by the specification are
//!   its ids, others are attributes.
//! - Native histograms have at most 2,048 buckets on either side of zero, from the first to the last that holds something:
//!   wider ones are sent with a coarser scale. Observations that were NaN are not counted in them.
//!
//! What was left out is counted in `metrics_exposition_push_dropped_samples_total`. A series that is removed is not sent any
//! more, and nothing says that it has ended.
//!
//! # When the server is away
//!
//! As the [specification][retry] says: a request is tried again, later and later or when the server says, after no answer, 429,
//! 502, 503 and 504. What any other answer refuses is dropped and counted, and the error has what the server says; so is what a
//! server says it has rejected of a request that it took. What was collected meanwhile waits, with its time, for [at most so
//! many bytes](OtlpExporter::max_buffer) and [so long](OtlpExporter::max_age); beyond, the oldest is dropped and counted.
//!
//! [otlp]: https://opentelemetry.io/docs/specs/otlp/
//! [rules]: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
//! [retry]: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response

mod answer;
mod exponential;
mod point;
mod request;
mod send;
mod unit;

use crate::http_client::{Client, InvalidOption, Options as HttpOptions, Url, gzip};
use crate::push::queue::{self, Limits, Queue, Waiting};
use crate::push::{self, Backend, Meter, Options, PushError, Pushing};
use metrics_core::Registry;
use metrics_core::model::Timestamp;
use point::Times;
use request::{Style, collect};
use send::Sender;
use std::io::{self, Write};
use std::slice;
use std::time::{Duration, Instant};

/// Pushes a registry by OpenTelemetry's protocol. See the [module](self) for an example.
#[derive(Debug)]
#[must_use]
pub struct OtlpExporter {
    registry: Registry,
    url: Url,
    options: Options,
    client: Client,
    resource: Vec<(String, String)>,
    compresses: bool,
    native: bool,
    queue: Queue<Vec<u8>>,
    limits: Limits,
    /// When it collected last.
    before: Option<Timestamp>,
}

impl OtlpExporter {
    /// To a URL, with its path: `http://collector.example:4318/v1/metrics` as a rule.
    ///
    /// # Errors
    /// If it is no absolute URL of `http` or `https`, or has a password.
    pub fn new(url: &str, registry: &Registry) -> Result<Self, InvalidOption> {
        Ok(Self {
            registry: registry.clone(),
            url: Url::parse(url)?,
            options: Options::new(),
            client: Client::new(&HttpOptions::new()),
            resource: Vec::new(),
            compresses: true,
            native: true,
            queue: Queue::new(),
            limits: Limits { bytes: 64 << 20, age: Duration::from_secs(3_600) },
            before: None,
        })
    }

    /// An attribute of the resource, which says who sends: `service.name`, and `service.instance.id` where there are several.
    /// Replaces one of this name. Without a name, the service is `unknown_service:` and the program's name.
    pub fn resource(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.resource.retain(|(other, _)| *other != name);
        self.resource.push((name, value.into()));
        self
    }

    /// Whether a histogram that has both forms is sent as an exponential one. By default it is.
    pub fn native_histograms(self, native: bool) -> Self {
        Self { native, ..self }
    }

    /// Whether bodies are compressed by gzip. By default they are.
    pub fn compression(self, compresses: bool) -> Self {
        Self { compresses, ..self }
    }

    /// From one push to the next. By default 30 s.
    pub fn interval(self, interval: Duration) -> Self {
        Self { options: self.options.interval(interval), ..self }
    }

    /// When it pushes, how long that may take, and where it is counted; the interval too, which
    /// [`interval`](Self::interval) sets alone.
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// How requests are made: passwords, headers, certificates.
    pub fn http(mut self, options: &HttpOptions) -> Self {
        self.client = Client::new(options);
        self
    }

    /// So many bytes of requests, compressed, wait at most while the server is away, one collection included. By default 64
    /// MiB.
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// How long requests wait at most. By default an hour.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.limits.age = age;
        self
    }

    /// Pushes once, on this thread, and keeps the connection open for the next time. What could not be sent waits for it.
    ///
    /// # Errors
    /// If the server was not reached, or did not take everything, or not in time.
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
}

impl Backend for OtlpExporter {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn address(&self) -> String {
        self.url.to_string()
    }

    fn collect(&mut self, meter: &Meter) {
        let now = Timestamp::now();
        let times = Times { now, before: self.before.replace(now) };
        let finish = if self.compresses { compressed } else { |body| body };
        let style = Style { resource: &self.resource, native: self.native, finish };
        let collected = collect(&self.registry, &style, times);
        let since = Instant::now();
        for body in collected.bodies {
            let bytes = body.bytes.len();
            self.queue.push(Waiting { content: body.bytes, bytes, samples: body.points, since });
        }
        let dropped = queue::trim(slice::from_mut(&mut self.queue), self.limits, since);
        meter.dropped(dropped + collected.refused);
        meter.waiting(queue::bytes(slice::from_ref(&self.queue)));
    }

    fn send(&mut self, timeout: Duration, meter: &Meter) -> Result<(), PushError> {
        let now = Instant::now();
        meter.dropped(queue::trim(slice::from_mut(&mut self.queue), self.limits, now));
        let Self { url, client, compresses, queue, .. } = self;
        let sender = Sender { url, client, compresses: *compresses, meter, deadline: now + timeout };
        let result = queue.drain(url, sender.deadline, |waiting| sender.send(&waiting.content, waiting.samples));
        meter.waiting(queue::bytes(slice::from_ref(&self.queue)));
        Ok(result?)
    }
}

fn compressed(body: Vec<u8>) -> Vec<u8> {
    let mut encoder = gzip();
    let written = encoder.write_all(&body).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}
