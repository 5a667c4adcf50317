//! An application whose figures are in types of its own: a relay for mail. The collector makes metric families of all
//! eight types of them, with exemplars, times of creation, and samples that another machine took:
//!
//! ```text
//! cargo run --example application_collector [PORT]
//! curl -H 'Accept: application/openmetrics-text' http://127.0.0.1:9104/metrics
//! ```
//!
//! Where the figures are yours to keep, derive a struct of counters and gauges instead: see `quickstart`.

use metrics_core::model::{
    CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint, GaugeMetricFamily,
    GaugePoint, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, Kind, MetricFamily, StateSetMetricFamily,
    SummaryMetricFamily, SummaryPoint, Timestamp, UnknownMetricFamily,
};
use metrics_core::{Collector, Registry};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The application, as it would be without any metrics.
#[derive(Clone, Debug)]
pub(crate) struct Relay {
    pub(crate) started: SystemTime,
    pub(crate) queues: Vec<Queue>,
    pub(crate) deliveries: Deliveries,
    pub(crate) state: State,
    /// What the filter says of itself; its manual does not say whether that may fall.
    pub(crate) filter_score: f64,
    pub(crate) backups: Vec<Backup>,
}

#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) name: &'static str,
    pub(crate) sent: u64,
    pub(crate) last_sent: Option<Mail>,
    pub(crate) waiting: Vec<Mail>,
}

#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) trace_id: String,
    pub(crate) at: SystemTime,
}

/// Whether deliveries took at most 0.1 s, at most 1 s, or longer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries {
    pub(crate) by_duration: [u64; 3],
    pub(crate) total_secs: f64,
    pub(crate) slowest: Option<(String, f64)>,
    pub(crate) median_bytes: f64,
    pub(crate) total_bytes: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Running,
    Draining,
}

/// How many mails another machine kept, at that time.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub(crate) host: &'static str,
    pub(crate) at: SystemTime,
    pub(crate) mails: u64,
}

pub(crate) struct RelayCollector {
    pub(crate) relay: Arc<Mutex<Relay>>,
}

impl Collector for RelayCollector {
    fn collect(&self) -> Vec<MetricFamily> {
        // A copy: the relay does not wait while families are made.
        let relay = self.relay.lock().unwrap_or_else(PoisonError::into_inner).clone();
        families(&relay, SystemTime::now()).expect("names are legal, and the relay counts right")
    }
}

pub(crate) fn families(relay: &Relay, now: SystemTime) -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    Ok(vec![
        sent(relay)?,
        waiting(relay)?,
        waiting_ages(relay, now)?,
        durations(&relay.deliveries)?,
        sizes(&relay.deliveries)?,
        // The version that Cargo.toml says.
        InfoMetricFamily::single("mail_build", "What runs.", [("version", env!("CARGO_PKG_VERSION"))])?.into(),
        StateSetMetricFamily::single(
            "mail_state",
            "What the relay does.",
            [("running", State::Running), ("draining", State::Draining)]
                .map(|(name, state)| (name, state == relay.state)),
        )?
        .into(),
        UnknownMetricFamily::single("mail_filter_score", "What the filter says.", relay.filter_score)?.into(),
        backups(&relay.backups)?,
    ])
}

/// A counter, with when it began and the trace of one of its increments.
fn sent(relay: &Relay) -> Result<MetricFamily, Box<dyn Error>> {
    let mut sent = CounterMetricFamily::new("mail_sent", "Mails sent.", ["queue"])?;
    for queue in &relay.queues {
        let mut point = CounterPoint::from(queue.sent).created(relay.started.into());
        if let Some(mail) = &queue.last_sent {
            point = point.exemplar(Exemplar::new([("trace_id", &mail.trace_id)], 1.0)?.at(mail.at.into()));
        }
        sent.add_metric([queue.name], point)?;
    }
    Ok(sent.into())
}

/// A gauge, with the trace of the mail that waits longest. That is for readers of the model: neither of the two text
/// formats has a place for a gauge's exemplar.
fn waiting(relay: &Relay) -> Result<MetricFamily, Box<dyn Error>> {
    let mut waiting = GaugeMetricFamily::new("mail_waiting", "Mails that wait.", ["queue"])?;
    for queue in &relay.queues {
        let mut point = GaugePoint::from(queue.waiting.len());
        if let Some(oldest) = queue.waiting.iter().min_by_key(|mail| mail.at) {
            point = point.exemplar(Exemplar::new([("trace_id", &oldest.trace_id)], 1.0)?.at(oldest.at.into()));
        }
        waiting.add_metric([queue.name], point)?;
    }
    Ok(waiting.into())
}

/// A gauge histogram: how things are distributed now, and not since the start. So buckets may fall.
fn waiting_ages(relay: &Relay, now: SystemTime) -> Result<MetricFamily, Box<dyn Error>> {
    let help = "How long mails wait that wait.";
    let mut ages = GaugeHistogramMetricFamily::new("mail_waiting_age", help, ["queue"])?.with_unit("seconds")?;
    for queue in &relay.queues {
        let age = |mail: &Mail| now.duration_since(mail.at).unwrap_or_default().as_secs_f64();
        let all: Vec<f64> = queue.waiting.iter().map(age).collect();
        let up_to = |bound: f64| (bound, all.iter().filter(|age| **age <= bound).count() as u64);
        let buckets = [60.0, 3_600.0, f64::INFINITY].map(up_to);
        // Not `sum()`, which is -0.0 where nothing waits.
        let sum = all.iter().fold(0.0, |sum, age| sum + age);
        ages.add_metric([queue.name], GaugeHistogramPoint::cumulative(buckets)?.sum(sum))?;
    }
    Ok(ages.into())
}

/// A histogram whose buckets are counted elsewhere, with the slowest delivery in the last of them.
fn durations(deliveries: &Deliveries) -> Result<MetricFamily, Box<dyn Error>> {
    let [fast, fair, slow] = deliveries.by_duration;
    let slowest = deliveries.slowest.as_ref();
    let slowest = slowest.map(|(trace_id, secs)| Exemplar::new([("trace_id", trace_id)], *secs)).transpose()?;
    // Each bucket has all that are faster, too. `HistogramPoint::per_bucket` adds up itself, without exemplars.
    let buckets = [(0.1, fast, None), (1.0, fast + fair, None), (f64::INFINITY, fast + fair + slow, slowest)];
    let point = HistogramPoint::with_exemplars(buckets)?.sum(deliveries.total_secs);
    let durations = HistogramMetricFamily::single("mail_delivery_duration", "Time to deliver a mail.", point)?;
    Ok(durations.with_unit("seconds")?.into())
}

/// A summary: quantiles that the application has computed. Prometheus cannot add those of several relays up, so prefer a
/// histogram where you can choose.
fn sizes(deliveries: &Deliveries) -> Result<MetricFamily, Box<dyn Error>> {
    let count = deliveries.by_duration.iter().sum();
    let mut point = SummaryPoint::from((count, deliveries.total_bytes as f64));
    if count > 0 {
        point = point.quantile(0.5, deliveries.median_bytes);
    }
    Ok(SummaryMetricFamily::single("mail_size", "Sizes of mails.", point)?.with_unit("bytes")?.into())
}

/// Sample by sample, as they would come from a file or another protocol, with the time at which they were taken. Leave
/// times out for what is measured now: Prometheus knows when it asked, and then also notices when a series ends.
fn backups(backups: &[Backup]) -> Result<MetricFamily, Box<dyn Error>> {
    let mut mails = MetricFamily::new("mail_backup_mails", "Mails in the backup, as its host said.", Kind::Gauge)?;
    for Backup { host, at, mails: kept } in backups {
        let taken = Some(Timestamp::from(*at));
        mails.add_sample("mail_backup_mails", &[("host", host)], *kept, taken, None, None)?;
    }
    Ok(mails)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let relay = Arc::new(Mutex::new(Relay {
        started: SystemTime::now(),
        queues: ["letters", "news"].map(|name| Queue { name, sent: 0, last_sent: None, waiting: Vec::new() }).into(),
        deliveries: Deliveries::default(),
        state: State::Running,
        filter_score: 0.0,
        backups: vec![Backup { host: "backup1", at: SystemTime::now(), mails: 0 }],
    }));
    Registry::global().register_collector(Arc::new(RelayCollector { relay: Arc::clone(&relay) }))?;
    tokio::spawn(work(relay));

    let port = std::env::args().nth(1).map_or(Ok(9104), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, metrics_exposition::axum::router()).await?)
}

/// A mail comes each tenth of a second; the longest of thirty leaves its queue.
async fn work(relay: Arc<Mutex<Relay>>) {
    for number in 0usize.. {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = SystemTime::now();
        let mut relay = relay.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = usize::from(number % 3 == 0);
        let queue = &mut relay.queues[queue];
        queue.waiting.push(Mail { trace_id: format!("{number:016x}"), at: now });
        if queue.waiting.len() <= 30 {
            continue;
        }
        let mail = queue.waiting.remove(0);
        let trace_id = mail.trace_id.clone();
        (queue.sent, queue.last_sent) = (queue.sent + 1, Some(mail));
        // In reality somebody else measures this.
        let (bucket, secs) = [(0, 0.02), (0, 0.04), (1, 0.3), (2, 1.5)][number % 4];
        let deliveries = &mut relay.deliveries;
        deliveries.by_duration[bucket] += 1;
        deliveries.total_secs += secs;
        deliveries.total_bytes += 4_096;
        deliveries.median_bytes = 4_096.0;
        if deliveries.slowest.as_ref().is_none_or(|(_, slowest)| *slowest < secs) {
            deliveries.slowest = Some((trace_id, secs));
        }
        relay.filter_score = secs;
    }
}
