#[path = "../../../examples/health_collector.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;

use super::{pages, serve};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use example::{HealthCollector, Service, register};
use metrics_core::{Collector, Registry};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Barrier;
use tokio::task::spawn_blocking;

/// Services that count how often they are asked.
#[derive(Clone)]
struct Asked {
    fine: Arc<AtomicUsize>,
    others: Arc<AtomicUsize>,
    both: Arc<Barrier>,
}

async fn answer(State(asked): State<Asked>, path: Uri) -> (StatusCode, [(&'static str, &'static str); 1]) {
    let count = if path.path() == "/fine" { &asked.fine } else { &asked.others };
    count.fetch_add(1, SeqCst);
    let status = match path.path() {
        "/fine" => StatusCode::NO_CONTENT,
        "/moved" => StatusCode::FOUND,
        "/busy" => StatusCode::SERVICE_UNAVAILABLE,
        "/together" => {
            asked.both.wait().await;
            StatusCode::OK
        }
        _ => std::future::pending().await,
    };
    (status, [("location", "/fine")])
}

async fn services() -> (SocketAddr, Asked) {
    let (fine, others, both) = (Arc::default(), Arc::default(), Arc::new(Barrier::new(2)));
    let asked = Asked { fine, others, both };
    let app = Router::new().fallback(answer).with_state(asked.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

fn probing(server: SocketAddr, names: &[&'static str], patience: Duration) -> HealthCollector {
    let service = |name: &&'static str| Service { name, url: format!("http://{server}/{name}") };
    HealthCollector::new(names.iter().map(service).collect(), patience)
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn registration_probes_nothing() {
    let (server, asked) = services().await;
    let registry = Registry::new();
    registry.register_collector(Arc::new(probing(server, &["fine"], LONG))).unwrap();
    assert_eq!(asked.fine.load(SeqCst), 0);
    let described: Vec<String> = registry.descs().into_iter().map(|desc| desc.name).collect();
    assert_eq!(described, ["health_http_status_code", "health_probe_duration_seconds", "health_up"]);
    assert_eq!(asked.fine.load(SeqCst), 0, "nor does a look at what is registered");
    pages(serve(&registry).await).await;
    assert_eq!(asked.fine.load(SeqCst), 2, "each of two scrapes");

    // What the example registers, with the deadline around it.
    let (server, asked) = services().await;
    let registry = Registry::new();
    let partner = HealthCollector::new(Vec::new(), LONG);
    register(&registry, probing(server, &["fine"], LONG), partner, LONG).unwrap();
    assert_eq!(asked.fine.load(SeqCst), 0);
    pages(serve(&registry).await).await;
    assert_eq!(asked.fine.load(SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_has_its_answer() {
    let (server, asked) = services().await;
    let registry = Registry::new();
    registry.register_collector(Arc::new(probing(server, &["fine", "moved", "busy"], LONG))).unwrap();
    let pages = pages(serve(&registry).await).await;
    pages.assert_lines(&[
        "# TYPE health_up gauge",
        "# HELP health_up Whether the service answered, and with success.",
        r#"health_up{service="fine"} 1"#,
        r#"health_up{service="moved"} 0"#,
        r#"health_up{service="busy"} 0"#,
        "# TYPE health_http_status_code gauge",
        r#"health_http_status_code{service="fine"} 204"#,
        r#"health_http_status_code{service="moved"} 302"#,
        r#"health_http_status_code{service="busy"} 503"#,
        "# TYPE health_probe_duration_seconds gauge",
    ]);
    for service in ["fine", "moved", "busy"] {
        let took = pages.value(&format!(r#"health_probe_duration_seconds{{service="{service}"}}"#));
        assert!((1e-9..30.0).contains(&took), "{service}: {took}");
    }
    assert_eq!((asked.fine.load(SeqCst), asked.others.load(SeqCst)), (2, 4), "no redirect is followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_down() {
    let (server, _) = services().await;
    let silent = probing(server, &["silent"], Duration::from_millis(100));
    // A port that is taken, and where nobody listens.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let closed = probing(nobody.local_addr().unwrap(), &["closed"], LONG);
    let registry = Registry::new();
    registry.register_collector(Arc::new(silent)).unwrap();
    registry.with_prefix("other").register_collector(Arc::new(closed)).unwrap();
    let pages = pages(serve(&registry).await).await;
    pages.assert_lines(&[r#"health_up{service="silent"} 0"#, r#"other_health_up{service="closed"} 0"#]);
    pages.assert_none(&["health_http_status_code", "other_health_http_status_code"]);
    let took = pages.value(r#"health_probe_duration_seconds{service="silent"}"#);
    assert!((0.1..30.0).contains(&took), "{took}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_asked_at_once() {
    let (server, _) = services().await;
    let registry = Registry::new();
    // One after another, the first would wait for the others until it is down.
    registry.register_collector(Arc::new(probing(server, &["together?1", "together?2"], LONG))).unwrap();
    let pages = pages(serve(&registry).await).await;
    pages.assert_lines(&[r#"health_up{service="together?1"} 1"#, r#"health_up{service="together?2"} 1"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_asked_by_a_task_and_not_by_scrapes() {
    let (server, asked) = services().await;
    let registry = Registry::new();
    register(&registry, HealthCollector::new(Vec::new(), LONG), probing(server, &["fine"], LONG), LONG).unwrap();
    let page_server = serve(&registry).await;
    let age = "partner_health_age_seconds";
    let start = Instant::now();
    while registry.get_sample_value(age, &[]).is_none() {
        assert!(start.elapsed() < LONG, "the task has asked by now");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..5 {
        let pages = pages(page_server).await;
        pages.assert_lines(&[
            r#"partner_health_up{service="fine"} 1"#,
            r#"partner_health_http_status_code{service="fine"} 204"#,
            "partner_health_refresh_failures_total 0",
        ]);
        assert!((0.0..60.0).contains(&pages.value(age)));
        pages.assert_none(&["health_"]);
    }
    assert_eq!(asked.fine.load(SeqCst), 1);
}

/// The collector blocks, so it is called where that is allowed; it works without a runtime, too.
#[tokio::test]
async fn a_collector_is_a_plain_function() {
    let (server, _) = services().await;
    let collector = probing(server, &["fine"], LONG);
    let families = spawn_blocking(move || collector.collect()).await.unwrap();
    assert_eq!(families[0].samples()[0].to_string(), r#"health_up{service="fine"} 1"#);
}
