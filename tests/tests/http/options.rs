//! What the options bound: scrapes at a time, and the time of each.

use crate::client::{get, request, send};
use crate::faults::fragile;
use crate::gate::Gate;
use crate::{assert_page, large, servers, small};
use metrics_core::{Metrics, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::{Broken, Handler, HandlerMetrics, Options, Request};
use metrics_exposition::text;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use tokio::io::AsyncReadExt;
use tokio::task::spawn_blocking;

const GET: Request<'_> = Request::new("GET", &[]);

/// Each computes for itself.
fn alone() -> Options {
    Options::new().coalescing(false)
}

async fn wait_for(gate: &Arc<Gate>, calls: usize) {
    let gate = Arc::clone(gate);
    spawn_blocking(move || gate.wait_for(calls)).await.unwrap();
}

#[tokio::test]
async fn three_scrapes_at_a_time_by_default() {
    let (registry, gate) = Gate::registry();
    let mut calls = 0;
    for (server, address) in servers(Handler::new(&registry, alone())).await {
        gate.open_for(calls);
        let scrapes: Vec<_> = (0..3).map(|_| tokio::spawn(get(address, "/metrics"))).collect();
        calls += 3;
        wait_for(&gate, calls).await;
        let refused = get(address, "/metrics").await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")), "{server}");
        assert_eq!(refused.text(), "As many scrapes are computed already as may be at a time: 3 (max_in_flight).\n");
        // What needs no page is answered.
        assert_eq!(request(address, "HEAD", "/metrics", b"").await.status, 200);

        gate.open();
        for scrape in scrapes {
            let answer = scrape.await.unwrap();
            assert!((answer.status, answer.whole) == (200, true) && answer.text().contains("\ngate "));
        }
        assert_eq!(get(address, "/metrics").await.status, 200);
        calls += 1;
    }
}

#[tokio::test]
async fn as_many_as_the_option_says() {
    for (max, scrapes) in [(Some(1), 1), (Some(12), 12), (None, 12)] {
        let (registry, gate) = Gate::registry();
        let handler = Handler::new(&registry, alone().max_in_flight(max));
        let running: Vec<_> = (0..scrapes)
            .map(|_| {
                let handler = handler.clone();
                thread::spawn(move || handler.handle(&GET).status)
            })
            .collect();
        gate.wait_for(scrapes);
        if max.is_some() {
            assert_eq!(handler.handle(&GET).status, 503, "{max:?}");
        }
        gate.open();
        assert!(running.into_iter().all(|thread| thread.join().unwrap() == 200));
        assert_eq!(handler.handle(&GET).status, 200);
    }
    assert_eq!(Handler::new(&small(), Options::new().max_in_flight(0)).handle(&GET).status, 503);
}

#[tokio::test]
async fn clients_that_read_nothing_hold_no_slot() {
    let (registry, _) = large();
    let page = text::generate_latest(&registry);
    for (server, address) in servers(Handler::new(&registry, Options::new().max_in_flight(1))).await {
        println!("{server}");
        let mut stuck = Vec::new();
        for _ in 0..20 {
            let mut connection = send(address, "GET", "/metrics", b"").await;
            let mut head = [0; 12];
            connection.read_exact(&mut head).await.unwrap();
            assert_eq!(&head, b"HTTP/1.1 200");
            stuck.push(connection);
        }
        assert_page(&get(address, "/metrics").await, text::CONTENT_TYPE_LATEST, &page);
    }
}

#[tokio::test]
async fn a_callback_that_hangs_is_not_waited_for() {
    let (registry, gate) = Gate::registry();
    let mut calls = 0;
    for make in [0, 1, 2] {
        let limit = Duration::from_millis(200);
        let handler = Handler::new(&registry, alone().max_in_flight(1).time_limit(limit));
        let (server, address) = servers(handler).await[make];
        gate.open_for(calls);
        let late = get(address, "/metrics").await;
        assert_eq!((late.status, late.header("retry-after")), (503, Some("1")), "{server}");
        let line = "The page took longer to compute than 200ms (time_limit): a collector or a callback is slow.\n";
        assert_eq!(late.text(), line);
        calls += 1;
        // It still runs, and counts.
        wait_for(&gate, calls).await;
        let refused = get(address, "/metrics").await;
        assert!(refused.status == 503 && refused.text().contains("max_in_flight"), "{server}: {}", refused.text());

        gate.open();
        let patience = Instant::now() + Duration::from_secs(30);
        while get(address, "/metrics").await.status != 200 {
            assert!(Instant::now() < patience);
        }
        calls += 1;
    }
}

#[test]
fn a_page_that_is_late_is_none() {
    let (registry, gate) = Gate::registry();
    let handler = Handler::new(&registry, Options::new().time_limit(Duration::from_millis(50)));
    thread::scope(|scope| {
        let late = scope.spawn(|| handler.handle(&GET));
        gate.wait_for(1);
        thread::sleep(Duration::from_millis(60));
        gate.open();
        assert_eq!(late.join().unwrap().status, 503);
    });
    assert_eq!(handler.time_limit(), Some(Duration::from_millis(50)));
    let patient = Handler::new(&registry, Options::new().time_limit(None));
    assert_eq!((patient.time_limit(), patient.handle(&GET).status), (None, 200));
}

#[tokio::test]
async fn a_page_that_is_late_behind_its_beginning_is_broken_off() {
    let limit = Duration::from_secs(2);
    let registry = fragile(7, move || thread::sleep(limit));
    let counts = HandlerMetrics::register_in(&Registry::new()).unwrap();
    let handler = Handler::new(&registry, Options::new().time_limit(limit).metrics(counts));
    for (server, address) in servers(handler.clone()).await {
        let answer = get(address, "/metrics").await;
        assert_eq!((answer.status, answer.whole), (200, false), "{server}");
        assert!(answer.body.len() > 4 << 20);
    }
    let mut body = handler.handle(&GET).body;
    assert!(body.time_left() <= Some(limit));
    let end = body.find_map(Result::err);
    assert!(matches!(end, Some(Broken::Late { limit: found }) if found == limit), "{end:?}");
    assert!(body.next().is_none());
}

/// Time in which nothing is asked for does not count.
#[test]
fn a_client_may_take_its_time() {
    let (registry, _) = large();
    let limit = Duration::from_secs(1);
    let handler = Handler::new(&registry, Options::new().time_limit(limit));
    let mut body = handler.handle(&GET).body;
    let mut page = Vec::from(body.next().unwrap().unwrap());
    thread::sleep(limit);
    page.extend(body.flat_map(|chunk| Vec::from(chunk.unwrap())));
    assert!(page == text::generate_latest(&registry));
}

/// The connection ends while the callback still hangs.
#[tokio::test]
async fn axum_breaks_off_what_hangs_behind_the_beginning() {
    let gate = Arc::new(Gate::default());
    let inside = Arc::clone(&gate);
    let registry = fragile(7, move || {
        inside.enter();
    });
    let handler = Handler::new(&registry, Options::new().time_limit(Duration::from_secs(2)));
    let address = crate::axum_server(router_for(handler)).await;
    let answer = get(address, "/metrics").await;
    assert_eq!((answer.status, answer.whole, gate.calls()), (200, false, 1));
    gate.open();
    assert!(get(address, "/metrics").await.whole);
}

#[tokio::test]
async fn when_the_process_began() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
    for (server, address) in servers(Handler::new(&small(), Options::new().process_start_time(start))).await {
        for method in ["GET", "HEAD"] {
            let answer = request(address, method, "/metrics", b"").await;
            assert_eq!(answer.header("process-start-time-unix"), Some("1700000000"), "{server} {method}");
        }
    }
    let without = Handler::from(&small()).handle(&GET);
    assert!(without.headers.iter().all(|(name, _)| *name != "process-start-time-unix"));
}

/// Just then its metrics are wanted.
#[test]
fn axum_answers_while_all_threads_for_blocking_work_are_in_use() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let address = crate::axum_server(router_for(&small())).await;
        let (release, released) = std::sync::mpsc::channel::<()>();
        let busy = spawn_blocking(move || released.recv());
        let answer = get(address, "/metrics").await;
        assert!(!busy.is_finished());
        assert_page(&answer, text::CONTENT_TYPE_LATEST, &text::generate_latest(&small()));
        drop(release);
    });
}
