//! Are the services well that we need? Asked over HTTP, in the two ways that a slow question can be asked:
//!
//! ```text
//! cargo run --example health_collector [PORT]
//! curl http://127.0.0.1:9102/metrics
//! ```
//!
//! Our own services are probed at each scrape, within a `Deadline`: the figures are as fresh as the page. A partner who
//! counts our calls is probed twice a minute by a task, however many Prometheus servers scrape, and a page has what is
//! `Latest`.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_core::collector::{Deadline, Latest};
use metrics_core::model::{Desc, FamilyError, GaugeMetricFamily, MetricFamily};
use metrics_core::{Collector, Registry};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::spawn_blocking;

/// Probes services: does `GET` succeed, how long does it take, what is the status?
pub(crate) struct HealthCollector {
    agent: ureq::Agent,
    services: Vec<Service>,
}

pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) url: String,
}

struct Answer {
    /// `None`: no answer.
    status: Option<StatusCode>,
    took: Duration,
}

impl HealthCollector {
    /// `patience`: how long a service may take.
    pub(crate) fn new(services: Vec<Service>, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            // An answer is an answer; what it means is up to us.
            .http_status_as_error(false)
            .max_redirects(0)
            // A connection that is still open says nothing about the next one.
            .max_idle_connections(0)
            // These services are ours: no way leads to them through what HTTP_PROXY may name.
            .proxy(None);
        Self { agent: config.build().into(), services }
    }

    fn probe(&self, service: &Service) -> Answer {
        let start = Instant::now();
        let answer = self.agent.get(&service.url).call();
        Answer { status: answer.ok().map(|answer| answer.status()), took: start.elapsed() }
    }

    fn try_collect(&self) -> Result<Vec<MetricFamily>, FamilyError> {
        // All at once: they take as long as the slowest, and not as all together.
        let answers: Vec<Answer> = thread::scope(|scope| {
            let probes: Vec<_> = self.services.iter().map(|service| scope.spawn(|| self.probe(service))).collect();
            probes.into_iter().map(|probe| probe.join().expect("a probe does not panic")).collect()
        });
        let mut families = Families::new()?;
        for (Service { name, .. }, Answer { status, took }) in self.services.iter().zip(answers) {
            let is_up = status.is_some_and(|status| status.is_success());
            families.up.add_metric([name], u32::from(is_up))?;
            families.duration.add_metric([name], took.as_secs_f64())?;
            if let Some(status) = status {
                families.status.add_metric([name], u32::from(status.as_u16()))?;
            }
        }
        Ok(families.into())
    }
}

impl Collector for HealthCollector {
    fn collect(&self) -> Vec<MetricFamily> {
        self.try_collect().expect("legal names, and each service once")
    }

    /// Without this, registration would collect to see what there is: services would be asked, and have to be up, before
    /// ours can start.
    fn describe(&self) -> Vec<Desc> {
        let families: Vec<MetricFamily> = Families::new().expect("legal names").into();
        families.iter().map(|family| family.desc().clone()).collect()
    }
}

/// What there is, in one place for `collect` and `describe`.
struct Families {
    up: GaugeMetricFamily<1>,
    duration: GaugeMetricFamily<1>,
    status: GaugeMetricFamily<1>,
}

impl Families {
    fn new() -> Result<Self, FamilyError> {
        let gauge = |name: &str, help: &str| GaugeMetricFamily::new(name, help, ["service"]);
        Ok(Self {
            up: gauge("health_up", "Whether the service answered, and with success.")?,
            duration: gauge("health_probe_duration", "How long the service took.")?.with_unit("seconds")?,
            status: gauge("health_http_status_code", "Status of the answer; missing if there was none.")?,
        })
    }
}

impl From<Families> for Vec<MetricFamily> {
    fn from(Families { up, duration, status }: Families) -> Self {
        vec![up.into(), duration.into(), status.into()]
    }
}

/// Registers `own`, to be probed at each scrape, and `partner`, to be probed every so often by a task. Within a runtime.
pub(crate) fn register(
    registry: &Registry,
    own: HealthCollector,
    partner: HealthCollector,
    every: Duration,
) -> Result<(), Box<dyn Error>> {
    // The services' patience bounds a scrape already; the deadline also bounds what has no timeout of its own, like a
    // thread that gets no CPU. Not `keep_last()`: that a service was up once is no answer.
    registry.register_collector(Arc::new(Deadline::new(own, Duration::from_secs(5))))?;

    let latest = Arc::new(Latest::new("health")?);
    registry.with_prefix("partner").register_collector(latest.clone())?;
    let partner = Arc::new(partner);
    let ask = move || {
        let partner = Arc::clone(&partner);
        spawn_blocking(move || partner.collect())
    };
    tokio::spawn(latest.keep_fresh(ask, move || tokio::time::sleep(every)));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let up = start_services().await?;
    // A port that is taken, and where nobody listens.
    let nobody = TcpSocket::new_v4()?;
    nobody.bind(([127, 0, 0, 1], 0).into())?;
    let service = |name, server: SocketAddr| Service { name, url: format!("http://{server}/{name}") };
    let own = ["catalog", "payments", "search"].map(|name| service(name, up));
    let own = own.into_iter().chain([service("archive", nobody.local_addr()?)]).collect();
    let (own, partner) = (
        HealthCollector::new(own, Duration::from_secs(1)),
        HealthCollector::new(vec![service("carrier", up)], Duration::from_secs(10)),
    );
    register(Registry::global(), own, partner, Duration::from_secs(30))?;

    let port = std::env::args().nth(1).map_or(Ok(9102), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, metrics_exposition::axum::router()).await?)
}

/// What is probed here: one service that is well, one that fails, one that takes too long, and a partner.
async fn start_services() -> io::Result<SocketAddr> {
    let services: Router = Router::new()
        .route("/catalog", get(|| async { "fine" }))
        .route("/payments", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/search", get(|| tokio::time::sleep(Duration::from_secs(60))))
        .route("/carrier", get(|| async { "fine" }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, services).await });
    Ok(address)
}
