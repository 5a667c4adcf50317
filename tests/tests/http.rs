//! The endpoint over real connections: axum, and the framework-free handler under hyper 1 and actix-web.

mod client;
#[path = "../../examples/actix.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_actix;
#[path = "../../examples/hyper.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_hyper;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get as on_get;
use client::{Answer, get, request, send};
use metrics_core::metric::{Collect, Cursor, Points};
use metrics_core::registry::{Definition, Source, SourceFamily};
use metrics_core::testing::sample_value;
use metrics_core::{CallbackGauge, Counter, Family, LabelSet, Registry, SelfMetrics};
use metrics_exposition::axum::{metrics, router_for};
use metrics_exposition::{openmetrics, text};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

type Items = Family<Item<'static>, Counter>;

fn small() -> Registry {
    let registry = Registry::new();
    let jobs = Counter::new();
    jobs.inc_by(3);
    registry.register(Definition::new("jobs", "Jobs."), Arc::new(jobs)).unwrap();
    registry
}

/// A registry whose page is longer than what is built at once.
fn large() -> (Registry, Arc<Items>) {
    let registry = Registry::new();
    let items = Arc::new(Items::new());
    registry.register(Definition::new("items", "Items."), Arc::clone(&items)).unwrap();
    // The cap of a family is 10,000 series, hence long values.
    for k in 0..9_000u64 {
        items.with(&Item { item: &format!("{k:0>1000}") }).inc_by(k);
    }
    assert!(text::generate_latest(&registry).len() > 8 << 20);
    (registry, items)
}

async fn axum_server(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn hyper_server(registry: &Registry) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(with_hyper::serve(listener, registry.clone()));
    address
}

fn actix_server(registry: &Registry) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let registry = registry.clone();
    std::thread::spawn(move || with_actix::serve(listener, registry));
    address
}

async fn servers(registry: &Registry) -> [(&'static str, SocketAddr); 3] {
    [
        ("axum", axum_server(router_for(registry)).await),
        ("hyper", hyper_server(registry).await),
        ("actix", actix_server(registry)),
    ]
}

fn assert_page(answer: &Answer, content_type: &str, page: &[u8]) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some(content_type));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.whole);
    assert!(answer.body == page, "{} bytes, expected {}", answer.body.len(), page.len());
}

#[tokio::test]
async fn pages_in_the_format_that_is_asked_for() {
    let registry = small();
    let page = text::generate_latest(&registry);
    let open_metrics = openmetrics::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, "text/plain; version=0.0.4; charset=utf-8", &page);
        assert_eq!(answer.header("content-length"), Some(&*page.len().to_string()));

        let prometheus = b"Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n";
        let answer = request(address, "GET", "/metrics?x=y", prometheus).await;
        let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
        assert_page(&answer, content_type, &open_metrics);

        let two_lines = b"Accept: text/plain;q=0.5\r\naccept: application/openmetrics-text\r\n";
        let answer = request(address, "GET", "/metrics", two_lines).await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, &open_metrics);
    }
}

#[tokio::test]
async fn head_is_a_page_without_body() {
    let registry = small();
    let len = openmetrics::generate_latest(&registry).len().to_string();
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = request(address, "HEAD", "/metrics", b"Accept: application/openmetrics-text\r\n").await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, b"");
        assert_eq!(answer.header("content-length"), Some(&*len));
        assert_eq!(answer.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    for (server, address) in servers(&small()).await {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            let answer = request(address, method, "/metrics", b"Content-Length: 0\r\n").await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{server} {method}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.whole);
        }
        let answer = get(address, "/metric").await;
        assert_eq!(answer.status, 404, "{server}");
    }
}

#[tokio::test]
async fn odd_headers_get_text() {
    let registry = small();
    let page = text::generate_latest(&registry);
    let long = [b"Accept: ".to_vec(), b"a/b;q=0.1,".repeat(6_000), b"\r\n".to_vec()].concat();
    for (server, address) in servers(&registry).await {
        for header in [
            &b"Accept:\r\n"[..],
            b"Accept: \xff\xfe\xfd\r\n",
            b"Accept: application/openmetrics-text;q=abc\r\n",
            b"Accept: application/openmetrics-text;version=\"1.0.0\r\n",
            b"Accept: ;;;,,,\"\r\n",
            b"Accept: application/json\r\n",
            b"Accept: *;q=7\r\n",
        ] {
            let answer = request(address, "GET", "/metrics", header).await;
            println!("{server} {:?}", String::from_utf8_lossy(header));
            assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        }
        // A server may refuse a header of 60 KB by itself; the handler may not fail.
        let answer = request(address, "GET", "/metrics", &long).await;
        assert!(matches!(answer.status, 200 | 400 | 414 | 431), "{server} {}", answer.status);
    }
}

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
        assert_eq!(head.header("content-length"), Some(&*page.len().to_string()));
        let refused = request(address, "POST", path, b"Content-Length: 0\r\n").await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
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

#[tokio::test]
async fn large_pages_are_streamed() {
    let (registry, _) = large();
    let page = text::generate_latest(&registry);
    let open_metrics = openmetrics::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-length"), None);

        let answer = request(address, "GET", "/metrics", b"Accept: application/openmetrics-text\r\n").await;
        assert_page(&answer, openmetrics::CONTENT_TYPE_LATEST, &open_metrics);

        let answer = request(address, "HEAD", "/metrics", b"").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, b"");
        assert_eq!(answer.header("content-length"), None);
    }
}

#[tokio::test]
async fn a_panicking_callback_takes_its_family_and_nothing_else() {
    let registry = small();
    registry.register_metrics(Arc::new(SelfMetrics::counting())).unwrap();
    let broken = CallbackGauge::new(|| -> f64 { panic!("on purpose") });
    registry.register(Definition::new("broken", "Panics."), Arc::new(broken)).unwrap();
    let faults = || sample_value(&registry, "metrics_core_collector_faults_total", &[]).unwrap();

    for (server, address) in servers(&registry).await {
        let before = faults();
        let answer = get(address, "/metrics").await;
        assert_eq!((answer.status, answer.whole), (200, true), "{server}");
        assert!(!answer.text().contains("broken"), "{}", answer.text());
        assert!(answer.text().contains("\njobs_total 3\n"));
        assert!(faults() >= before + 1.0);
    }
}

/// A source that panics in the middle of a family.
struct Fragile {
    family: SourceFamily,
    items: Arc<Items>,
    steps: AtomicUsize,
    /// Once in a scrape.
    panics_at: usize,
}

impl Source for Fragile {
    fn families(&self) -> Vec<SourceFamily> {
        vec![self.family.clone()]
    }

    fn collect(&self, _: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        if from == Cursor::START {
            self.steps.store(0, SeqCst);
        }
        assert!(self.steps.fetch_add(1, SeqCst) < self.panics_at, "on purpose");
        self.items.collect(0, from, points)
    }
}

/// The large registry, of which the family breaks at this step.
fn fragile(panics_at: usize) -> Registry {
    let (registry, items) = large();
    let family = SourceFamily { desc: registry.descs()[0].clone(), const_labels: Vec::new() };
    let broken = small();
    broken.register_source(Arc::new(Fragile { family, items, steps: AtomicUsize::new(0), panics_at })).unwrap();
    broken
}

#[tokio::test]
async fn a_page_that_breaks_behind_its_beginning_is_broken_off() {
    // About a MiB a step: what was built at once is sent by then.
    let registry = fragile(7);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_eq!((answer.status, answer.whole), (200, false));
        assert!(answer.body.len() > 4 << 20);
    }
}

#[tokio::test]
async fn a_family_that_breaks_before_anything_is_sent_is_left_out() {
    let registry = fragile(2);
    let expected = text::generate_latest(&small());
    assert_eq!(String::from_utf8(text::generate_latest(&registry)).unwrap().as_bytes(), expected);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        assert_page(&get(address, "/metrics").await, text::CONTENT_TYPE_LATEST, &expected);
    }
}

#[tokio::test]
async fn slow_readers_hold_nothing() {
    let (registry, items) = large();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(&registry).await {
        // Readers that take the beginning and then stop.
        let mut slow = Vec::new();
        for _ in 0..20 {
            let mut connection = send(address, "GET", "/metrics", b"").await;
            connection.read_exact(&mut [0; 1_000]).await.unwrap();
            slow.push(connection);
        }
        // Series can be made, counted and removed, and pages read.
        let items = Arc::clone(&items);
        let worst = spawn_blocking(move || {
            let mut worst = Duration::ZERO;
            for k in 0..500 {
                let start = Instant::now();
                let item = format!("new {k}");
                items.with(&Item { item: &item }).inc();
                items.remove(&Item { item: &item });
                worst = worst.max(start.elapsed());
            }
            worst
        });
        let worst = worst.await.unwrap();
        assert!(worst < Duration::from_secs(1), "{server}: {worst:?}");
        let answer = get(address, "/metrics").await;
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &page);
        // One that goes on reading gets the whole page after all.
        let mut rest = Vec::new();
        slow.pop().unwrap().read_to_end(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{server}");
    }
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
