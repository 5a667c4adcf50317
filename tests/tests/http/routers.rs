//! axum's routers.

use crate::client::{get, request};
use crate::{assert_page, axum_server, small};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get as on_get;
use metrics_core::registry::Definition;
use metrics_core::{CallbackGauge, Registry};
use metrics_exposition::axum::{metrics, router_for};
use metrics_exposition::text;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

#[tokio::test]
async fn axum_routers_merge_nest_and_carry_state() {
    #[derive(Clone)]
    struct App(&'static str);

    let registry = small();
    let page = text::generate_latest(&registry);
    let app = Router::new()
        .route("/", on_get(|State(app): State<App>| async move { app.0 }))
        .merge(router_for(&registry))
        .nest("/deep/er", router_for(&registry))
        .route("/own/path", metrics(&registry))
        .fallback(|| async { (StatusCode::NOT_FOUND, "nothing here") })
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "not so") })
        .with_state(App("home"));
    let address = axum_server(app).await;

    assert_eq!(get(address, "/").await.text(), "home");
    for path in ["/metrics", "/deep/er/metrics", "/own/path"] {
        assert_page(&get(address, path).await, text::CONTENT_TYPE_LATEST, &page);
        let head = request(address, "HEAD", path, b"").await;
        assert_page(&head, text::CONTENT_TYPE_LATEST, b"");
        let refused = request(address, "POST", path, b"Content-Length: 0\r\n").await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    }
    for path in ["/metrics/", "/deep/metrics", "/nowhere"] {
        let answer = get(address, path).await;
        assert_eq!((answer.status, answer.text()), (404, "nothing here"));
    }
    assert_eq!(request(address, "POST", "/", b"Content-Length: 0\r\n").await.text(), "not so");
}

#[tokio::test]
async fn the_global_registry_is_the_default() {
    let address = axum_server(metrics_exposition::axum::router()).await;
    let answer = get(address, "/metrics").await;
    assert!(answer.text().contains("\nmetrics_core_collector_faults_total "));
}

/// On one thread: a callback that blocks would stop everything else, if it ran there.
#[tokio::test]
async fn slow_callbacks_do_not_hold_up_the_executor() {
    static CALLED: AtomicBool = AtomicBool::new(false);
    let registry = Registry::new();
    let slow = CallbackGauge::new(|| {
        CALLED.store(true, SeqCst);
        std::thread::sleep(Duration::from_millis(500));
        1.0
    });
    registry.register(Definition::new("slow", "Takes its time."), Arc::new(slow)).unwrap();
    let address = axum_server(router_for(&registry)).await;

    let scrape = tokio::spawn(async move { get(address, "/metrics").await });
    let mut worst = Duration::ZERO;
    while !scrape.is_finished() {
        let start = Instant::now();
        tokio::time::sleep(Duration::from_millis(10)).await;
        worst = worst.max(start.elapsed());
    }
    assert_eq!(scrape.await.unwrap().status, 200);
    assert!(CALLED.load(SeqCst));
    assert!(worst < Duration::from_millis(300), "{worst:?}");
}
