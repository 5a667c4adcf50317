//! Metrics for Prometheus, Mimir, VictoriaMetrics and all that take [remote write][spec]: of programs that are too many, or
//! too short-lived, to be scraped.
//!
//! ```no_run
//! use metrics_core::Registry;
//! use metrics_exposition::remote_write::RemoteWrite;
//! use std::time::Duration;
//!
//! let pushing = RemoteWrite::new("http://prometheus.example:9090/api/v1/write", Registry::global())?
//!     .external_label("job", "shop")?
//!     .external_label("instance", "web-7")?
//!     .interval(Duration::from_secs(15))
//!     .start()?; // on a thread of its own
//! // … at the end of the program:
//! pushing.stop()?; // pushes once more
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nobody but you gives the series of your programs a label by which they differ: without one, `instance` as a rule, the
//! samples of two programs go to one series, which then means nothing. Prometheus takes it only with
//! `--web.enable-remote-write-receiver`.
//!
//! # What is sent
//!
//! [Version 2][spec] of the protocol, and [version 1][v1] from the moment that a server does not understand it: one that
//! answers 415, or with a success that does not say what was written, which is how servers of before drop what they do not
//! know. [`version`](RemoteWrite::version) fixes one.
//!
//! | of | are sent |
//! |---|---|
//! | a counter | `…_total`, with its exemplar |
//! | a gauge, an unknown | its value |
//! | a histogram | `…_bucket`, `…_sum` and `…_count` if it has classic buckets, with their exemplars; the native histogram if it has that |
//! | a gauge histogram | the same, as `…_gsum` and `…_gcount` |
//! | a summary | its quantiles, `…_sum` and `…_count` |
//! | an info | `…_info`, which is 1 |
//! | a state set | 0 or 1 for each state |
//!
//! with type, help, unit, and (in version 2) the time at which it began to count. Times are those of the collection, to the
//! millisecond, or a sample's own, which is sent once. An exemplar is sent once too; one without a time has that of its
//! sample. Labels are sorted; those without a value are left out; names are escaped as [`escaping`](RemoteWrite::escaping)
//! says. A series that has a label twice, or the labels of another one, because of that or of the external labels, is not
//! sent, and its samples are counted in `metrics_exposition_push_dropped_samples_total`.
//!
//! A series that is removed ends with a [marker][stale], so that queries do not see its last value for 5 minutes more. When
//! the program ends, that is what they do, unless it is [asked](RemoteWrite::end_at_stop) to end all its series.
//!
//! # When the server is away
//!
//! What was collected waits, with its time, for [at most so many bytes](RemoteWrite::max_buffer) and [so
//! long](RemoteWrite::max_age); beyond, the oldest samples are dropped and counted. It is tried again later and later, or when
//! the server says (`Retry-After`), after no answer, 429 and 5xx. What is refused by any other answer would be refused
//! again: it is dropped and counted, and the error has what the server says. Some of it may have been written.
//!
//! Nothing is sent again that was answered. A request without an answer is: with the same times and values, which
//! Prometheus takes for what it has already, and VictoriaMetrics keeps twice, if it does not [deduplicate][dedup].
//!
//! # What it costs
//!
//! Beside the registry, each series' labels once more, to know when it ends, and 40 bytes for each sample that waits; the
//! limit counts its labels too. `cargo bench -p metrics-bench --bench push` prints time and memory of 100,000 series.
//!
//! Series are spread over as many [shards](RemoteWrite::shards) as wanted, each of which sends a request of up to 2,000 samples
//! at a time, in the order in which they were collected.
//!
//! [spec]: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
//! [v1]: https://prometheus.io/docs/specs/prw/remote_write_spec/
//! [dedup]: https://docs.victoriametrics.com/victoriametrics/single-server-victoriametrics/#deduplication
//! [stale]: https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness

mod batch;
mod collect;
mod labels;
mod message;
mod send;
mod series;
mod table;

pub use send::Version;

use crate::http_client::{Client, InvalidOption, Options as HttpOptions, Url};
use crate::push::queue::{self, Limits, Queue, Waiting};
use crate::push::{self, Backend, Meter, Options, PushError, Pushing};
use batch::Item;
use collect::Forms;
use metrics_core::Registry;
use metrics_core::model::Timestamp;
use metrics_core::name::{EscapingScheme, Validation};
use send::{Negotiated, Sender, send_all};
use std::io;
use std::time::{Duration, Instant};
use table::Table;

/// Pushes a registry to a server by remote write. See the [module](self) for an example.
#[derive(Debug)]
#[must_use]
pub struct RemoteWrite {
    registry: Registry,
    url: Url,
    options: Options,
    clients: Vec<Client>,
    negotiated: Negotiated,
    table: Table,
    queues: Vec<Queue<Vec<Item>>>,
    limits: Limits,
    most_samples: u64,
    forms: Forms,
    ends_at_stop: bool,
    /// Of the last collection, in milliseconds.
    last: i64,
}

/// A batch with more in memory is ended: beyond a MiB, a request asks before it is sent.
const LONG: usize = 1 << 20;

impl RemoteWrite {
    /// To a URL, as in `http://prometheus.example:9090/api/v1/write` or `https://mimir.example/api/v1/push`.
    ///
    /// # Errors
    /// If it is no absolute URL of `http` or `https`, or has a password.
    pub fn new(url: &str, registry: &Registry) -> Result<Self, InvalidOption> {
        Ok(Self {
            registry: registry.clone(),
            url: Url::parse(url)?,
            options: Options::new(),
            clients: vec![Client::new(&HttpOptions::new())],
            negotiated: Negotiated::new(None),
            table: Table::new(EscapingScheme::default(), Vec::new()),
            queues: vec![Queue::new()],
            limits: Limits { bytes: 64 << 20, age: Duration::from_secs(3_600) },
            most_samples: 2_000,
            forms: Forms { classic: true, native: true },
            ends_at_stop: false,
            last: 0,
        })
    }

    /// A label for all series that have none of this name: `job` and `instance` as a rule.
    ///
    /// # Errors
    /// If no label may have the name, or one of them has it already.
    pub fn external_label(mut self, name: &str, value: &str) -> Result<Self, InvalidOption> {
        let mut external = self.table.external().to_vec();
        if let Err(broken) = Validation::Utf8.label_name(name) {
            return Err(InvalidOption::new(format!("external label `{}`: {}", name.escape_debug(), broken.rule)));
        }
        if external.iter().any(|(other, _)| other == name) {
            return Err(InvalidOption::new(format!("the external label `{name}` is there twice")));
        }
        if !value.is_empty() {
            external.push((name.to_owned(), value.to_owned()));
        }
        self.table = Table::new(self.table.escaping(), external);
        Ok(self)
    }

    /// What becomes of names with other characters than `[a-zA-Z0-9_:]`. By default `_` for each of them;
    /// [`AllowUtf8`](EscapingScheme::AllowUtf8) leaves them, which Prometheus takes since its version 3.
    pub fn escaping(mut self, escaping: EscapingScheme) -> Self {
        self.table = Table::new(escaping, self.table.external().to_vec());
        self
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

    /// How requests are made: passwords, headers as `X-Scope-OrgID`, certificates.
    pub fn http(mut self, options: &HttpOptions) -> Self {
        self.clients = self.clients.iter().map(|_| Client::new(options)).collect();
        self
    }

    /// The only version of the protocol to be sent. By default version 2, and version 1 to servers that do not understand it.
    pub fn version(self, version: Version) -> Self {
        Self { negotiated: Negotiated::new(Some(version)), ..self }
    }

    /// Whether the native form of a histogram is sent that has classic buckets too. By default it is. VictoriaMetrics makes
    /// buckets of its own sort of native histograms, and `…_sum` and `…_count`, which it then has twice.
    pub fn native_histograms(mut self, native: bool) -> Self {
        self.forms.native = native;
        self
    }

    /// Whether the classic form of a histogram is sent that has a native one too. By default it is, for queries of before.
    /// Where both are not wanted, the classic one is sent.
    pub fn classic_histograms(mut self, classic: bool) -> Self {
        self.forms.classic = classic;
        self
    }

    /// How many requests are under way at once, at most. Each shard has its own series, and a thread while it sends beside
    /// others. By default 1, which is enough where a server takes a request of 2,000 samples in a few milliseconds.
    pub fn shards(mut self, shards: usize) -> Self {
        let shards = shards.clamp(1, 1_000);
        let first = self.clients[0].clone();
        self.clients = (0..shards).map(|_| first.separate()).collect();
        self.queues = (0..shards).map(|_| Queue::new()).collect();
        self
    }

    /// How many samples a request has, but for the buckets of a histogram, which stay together. By default 2,000.
    pub fn max_samples_per_request(self, samples: u64) -> Self {
        Self { most_samples: samples.max(1), ..self }
    }

    /// So many bytes wait at most while the server is away, one collection included: 40 and its labels for each sample, of a
    /// histogram fewer. By default 64 MiB.
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// How long samples wait at most. By default an hour, as Prometheus takes none that are much older.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.limits.age = age;
        self
    }

    /// Whether all series end when the loop is stopped, a millisecond after their last samples. By default not: queries see
    /// these for 5 minutes more, which is what a job wants that ends, and not what a server wants that is taken away.
    pub fn end_at_stop(self, ends: bool) -> Self {
        Self { ends_at_stop: ends, ..self }
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

    /// The time of a collection: later than that of the last one, unless the clock was set back by more than a second, which
    /// the server may mind.
    fn now(&mut self) -> i64 {
        let now = Timestamp::now().as_millis();
        self.last = if (now..now + 1_000).contains(&self.last) { self.last + 1 } else { now };
        self.last
    }

    /// Puts items into their shards, in batches; says how many samples had to go for them.
    fn enqueue(&mut self, items: Vec<Item>) -> u64 {
        let since = Instant::now();
        let new = || Waiting { content: Vec::new(), bytes: 0, samples: 0, since };
        let mut batches: Vec<Waiting<Vec<Item>>> = self.queues.iter().map(|_| new()).collect();
        let shards = batches.len() as u64;
        for item in items {
            let shard = usize::try_from(item.series.hash % shards).unwrap_or_default();
            let (batch, samples, bytes) = (&mut batches[shard], item.samples(), item.bytes());
            if batch.samples > 0 && (batch.samples + samples > self.most_samples || batch.bytes + bytes > LONG) {
                self.queues[shard].push(std::mem::replace(batch, new()));
            }
            batch.samples += samples;
            batch.bytes += bytes;
            batch.content.push(item);
        }
        for (queue, batch) in self.queues.iter_mut().zip(batches) {
            if !batch.content.is_empty() {
                queue.push(batch);
            }
        }
        queue::trim(&mut self.queues, self.limits, since)
    }
}

impl Backend for RemoteWrite {
    fn name(&self) -> &'static str {
        "remote_write"
    }

    fn address(&self) -> String {
        self.url.to_string()
    }

    fn collect(&mut self, meter: &Meter) {
        let now = self.now();
        let collected = collect::collect(&self.registry, &mut self.table, self.forms, now);
        let dropped = self.enqueue(collected.items);
        meter.dropped(dropped + collected.refused);
        meter.waiting(queue::bytes(&self.queues));
    }

    fn end(&mut self, meter: &Meter) {
        if self.ends_at_stop {
            let now = self.now();
            let ended = collect::end_all(&mut self.table, now);
            meter.dropped(self.enqueue(ended));
        }
    }

    fn send(&mut self, timeout: Duration, meter: &Meter) -> Result<(), PushError> {
        let now = Instant::now();
        meter.dropped(queue::trim(&mut self.queues, self.limits, now));
        let sender = Sender { url: &self.url, negotiated: &self.negotiated, meter, deadline: now + timeout };
        let result = send_all(&sender, &self.clients, &mut self.queues);
        meter.waiting(queue::bytes(&self.queues));
        result
    }
}
