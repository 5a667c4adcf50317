//! Scrapes at the same time: which share a page, and that none has a value from before it came in.

use crate::client::get;
use crate::gate::Gate;
use crate::{axum_server, large, small};
use metrics_core::testing::sample_value;
use metrics_core::{Metrics, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::{Handler, HandlerMetrics, Options, Request};
use metrics_exposition::text;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

const GET: Request<'_> = Request::new("GET", &[]);

/// A handler with a gate, and how often it is in a state.
struct Tried {
    handler: Handler,
    gate: Arc<Gate>,
    counts: Registry,
}

fn gated(options: Options) -> Tried {
    let (registry, gate) = Gate::registry();
    let counts = Registry::new();
    let options = options.metrics(HandlerMetrics::register_in(&counts).unwrap());
    Tried { handler: Handler::new(&registry, options), gate, counts }
}

impl Tried {
    fn count(&self, name: &str) -> f64 {
        sample_value(&self.counts, &format!("metrics_exposition_{name}"), &[]).unwrap()
    }

    fn wait_for(&self, name: &str, count: f64) {
        let patience = Instant::now() + Duration::from_secs(30);
        while self.count(name) < count {
            assert!(Instant::now() < patience, "{name}: {} of {count}", self.count(name));
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn scrape<'s>(&'s self, scope: &'s Scope<'s, '_>, request: Request<'s>) -> ScopedJoinHandle<'s, String> {
        scope.spawn(move || page(&self.handler, &request))
    }
}

/// The page, or the status if there is none.
fn page(handler: &Handler, request: &Request<'_>) -> String {
    let response = handler.handle(request);
    if response.status != 200 {
        return response.status.to_string();
    }
    let page = response.body.flat_map(|chunk| Vec::from(chunk.unwrap())).collect();
    String::from_utf8(page).unwrap()
}

#[track_caller]
fn assert_call(page: &str, call: usize) {
    assert!(page.ends_with(&format!("\ngate {call}\n")), "not call {call}: {page}");
}

#[test]
fn those_that_wait_share_a_page_which_began_behind_them() {
    let tried = gated(Options::new());
    thread::scope(|scope| {
        let first = tried.scrape(scope, GET);
        tried.gate.wait_for(1);
        let waiting: Vec<_> = (0..20).map(|_| tried.scrape(scope, GET)).collect();
        tried.wait_for("scrapes_waiting", 20.0);
        assert_eq!((tried.gate.calls(), tried.count("scrapes_in_flight")), (1, 1.0));

        tried.gate.open_for(1);
        assert_call(&first.join().unwrap(), 1);
        // Whoever comes while that one is computed waits for the next but one.
        tried.gate.wait_for(2);
        let late = tried.scrape(scope, GET);
        tried.wait_for("scrapes_waiting", 20.0);
        tried.gate.open();
        for scrape in waiting {
            assert_call(&scrape.join().unwrap(), 2);
        }
        assert_call(&late.join().unwrap(), 3);
    });
    assert_eq!(tried.gate.calls(), 3);
    assert_eq!(tried.count("shared_scrapes_total"), 19.0);
    assert_eq!((tried.count("scrapes_waiting"), tried.count("scrapes_in_flight")), (0.0, 0.0));
    assert_call(&page(&tried.handler, &GET), 4);
}

#[test]
fn only_the_same_page_is_shared() {
    let tried = gated(Options::new().max_in_flight(None));
    let openmetrics: &[&[u8]] = &[b"application/openmetrics-text"];
    let forbids: &[&[u8]] = &[b"gzip, identity;q=0"];
    let requests = [
        GET,
        Request::new("GET", openmetrics),
        GET.query("name[]=gate"),
        GET.query("name[]=gate&name[]=other"),
        GET.accept_encoding(forbids),
    ];
    thread::scope(|scope| {
        let statuses: Vec<_> =
            requests.iter().map(|request| scope.spawn(|| tried.handler.handle(request).status)).collect();
        tried.gate.wait_for(requests.len());
        // The same, said in another way.
        let same = tried.scrape(scope, GET.query("name[]=gate&x=y&name[]=gate"));
        tried.wait_for("scrapes_waiting", 1.0);
        tried.gate.open();
        assert!(statuses.into_iter().all(|status| status.join().unwrap() == 200));
        assert_call(&same.join().unwrap(), requests.len() + 1);
    });
}

#[test]
fn none_is_shared_if_that_is_off() {
    let tried = gated(Options::new().coalescing(false));
    thread::scope(|scope| {
        let scrapes: Vec<_> = (0..3).map(|_| tried.scrape(scope, GET)).collect();
        tried.gate.wait_for(3);
        tried.gate.open();
        let mut pages: Vec<_> = scrapes.into_iter().map(|scrape| scrape.join().unwrap()).collect();
        pages.sort();
        pages.iter().zip(1..).for_each(|(page, call)| assert_call(page, call));
    });
    assert_eq!(tried.count("shared_scrapes_total"), 0.0);
}

#[test]
fn nobody_waits_longer_for_one_that_hangs_than_it_may_take() {
    let tried = gated(Options::new().time_limit(Duration::from_secs(1)));
    thread::scope(|scope| {
        let hangs = tried.scrape(scope, GET);
        tried.gate.wait_for(1);
        thread::sleep(Duration::from_millis(500));
        let waits = tried.scrape(scope, GET);
        // The other is late now.
        tried.gate.wait_for(2);
        tried.gate.open();
        assert_eq!(hangs.join().unwrap(), "503");
        assert_call(&waits.join().unwrap(), 2);
    });
    assert_call(&page(&tried.handler, &GET), 3);
}

#[test]
fn no_more_than_a_hundred_wait() {
    let tried = gated(Options::new());
    thread::scope(|scope| {
        let first = tried.scrape(scope, GET);
        tried.gate.wait_for(1);
        let waiting: Vec<_> = (0..100).map(|_| tried.scrape(scope, GET)).collect();
        tried.wait_for("scrapes_waiting", 100.0);
        let refused = tried.handler.handle(&GET);
        assert_eq!(refused.status, 503);
        let line: Vec<u8> = refused.body.flat_map(|chunk| Vec::from(chunk.unwrap())).collect();
        assert_eq!(line, b"100 scrapes wait for this page already.\n");
        tried.gate.open();
        assert_call(&first.join().unwrap(), 1);
        for scrape in waiting {
            assert_call(&scrape.join().unwrap(), 2);
        }
    });
}

#[test]
fn long_pages_are_not_shared_and_whole() {
    let (registry, _) = large();
    let (expected, handler) =
        (text::generate_latest(&registry), Handler::new(&registry, Options::new().max_in_flight(None)));
    thread::scope(|scope| {
        let scrapes: Vec<_> = (0..8).map(|_| scope.spawn(|| page(&handler, &GET))).collect();
        for scrape in scrapes {
            assert!(scrape.join().unwrap().as_bytes() == expected);
        }
    });
}

#[tokio::test]
async fn clients_of_a_router_share_too() {
    let tried = gated(Options::new());
    let address = axum_server(router_for(&tried.handler)).await;
    let first = tokio::spawn(get(address, "/metrics"));
    let gate = Arc::clone(&tried.gate);
    tokio::task::spawn_blocking(move || gate.wait_for(1)).await.unwrap();
    let waiting: Vec<_> = (0..10).map(|_| tokio::spawn(get(address, "/metrics"))).collect();
    while tried.count("scrapes_waiting") < 10.0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tried.gate.open();
    assert_call(first.await.unwrap().text(), 1);
    for scrape in waiting {
        assert_call(scrape.await.unwrap().text(), 2);
    }
    assert_eq!(tried.gate.calls(), 2);
}

/// Many at once, and each has what was counted before it asked.
#[test]
fn what_was_counted_before_is_on_the_page() {
    let registry = small();
    let counter = Arc::new(metrics_core::Counter::new());
    registry.register(metrics_core::registry::Definition::new("seen", "Seen."), Arc::clone(&counter)).unwrap();
    let handler = Handler::from(&registry);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..300 {
                    counter.inc();
                    let before = counter.get();
                    let page = page(&handler, &GET);
                    let seen = page.lines().find_map(|line| line.strip_prefix("seen_total ")).unwrap();
                    assert!(seen.parse::<u64>().unwrap() >= before, "{seen} of {before}");
                }
            });
        }
    });
}
