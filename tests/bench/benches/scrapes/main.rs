//! Scrapes a second over loopback: the server of its own, on its thread and as a future, next to the axum router.
//! `cargo bench -p metrics-bench --bench scrapes`; half a minute.
//!
//! By the wall: a scrape is work of several threads and of the kernel. Clients keep their connections and are threads of
//! this process, so that the figures are for comparing alone.

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::{Handler, Options as HandlerOptions};
use metrics_exposition::server::{Listener, Options, serve, start};
use std::future::pending;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(150);

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

fn main() {
    println!("{:<44}{:>12}{:>12}", "scrapes a second", "1 client", "8 clients");
    for series in [10_u64, 1_000, 9_000] {
        let registry = Registry::new();
        let items = Family::<Item<'static>, Counter>::new();
        (0..series).for_each(|k| items.with(&Item { item: &format!("item {k}") }).inc());
        registry.register(Definition::new("items", "Items."), Arc::new(items)).unwrap();
        // What is shared is not computed.
        let options = HandlerOptions::new().coalescing(false).max_in_flight(None);
        let handler = Handler::new(&registry, options);

        let runtime = Runtime::new().unwrap();
        let _entered = runtime.enter();
        let thread = start(Listener::tcp("127.0.0.1:0").unwrap(), &handler, Options::new()).unwrap();
        let listener = Listener::tcp("127.0.0.1:0").unwrap();
        let future_at = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, &handler, Options::new(), pending()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let axum_at = listener.local_addr().unwrap();
        let app = router_for(&handler);
        runtime.spawn(async move { axum::serve(listener, app).await });

        let subjects = [
            ("server, a thread of its own", thread.local_addr().unwrap()),
            ("server, a future of a runtime", future_at),
            ("axum router", axum_at),
        ];
        let rates = [1, 8].map(|clients| measure(&subjects, clients));
        for (k, (name, _)) in subjects.iter().enumerate() {
            println!("{:<44}{:>12.0}{:>12.0}", format!("{series} series: {name}"), rates[0][k], rates[1][k]);
        }
    }
}

/// Medians of the subjects' rates, who take turns.
fn measure(subjects: &[(&str, SocketAddr)], clients: usize) -> Vec<f64> {
    let mut rates = vec![Vec::new(); subjects.len()];
    for _ in 0..ROUNDS {
        for ((_, at), rates) in subjects.iter().zip(&mut rates) {
            let begun = Instant::now();
            let scrapes: usize = thread::scope(|scope| {
                let all: Vec<_> = (0..clients).map(|_| scope.spawn(|| scrape_for(*at, begun + ROUND))).collect();
                all.into_iter().map(|client| client.join().unwrap()).sum()
            });
            rates.push(scrapes as f64 / begun.elapsed().as_secs_f64());
        }
    }
    let median = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    rates.into_iter().map(median).collect()
}

fn scrape_for(at: SocketAddr, end: Instant) -> usize {
    let mut connection = BufReader::new(TcpStream::connect(at).unwrap());
    let mut scrapes = 0;
    while Instant::now() < end {
        connection.get_mut().write_all(b"GET /metrics HTTP/1.1\r\nHost: bench\r\n\r\n").unwrap();
        scrape(&mut connection);
        scrapes += 1;
    }
    scrapes
}

fn scrape(connection: &mut BufReader<TcpStream>) {
    let (mut line, mut len) = (String::new(), None);
    while line != "\r\n" {
        line.clear();
        assert!(connection.read_line(&mut line).unwrap() > 0, "the server has ended it");
        if let Some(value) = line.strip_prefix("content-length: ") {
            len = value.trim().parse().ok();
        }
    }
    let mut page = vec![0; len.expect("pages that are built whole")];
    connection.read_exact(&mut page).unwrap();
    assert!(page.starts_with(b"# HELP items_total"), "{}", String::from_utf8_lossy(&page));
}
