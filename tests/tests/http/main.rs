//! The endpoint over real connections: axum, and the framework-free handler under hyper 1 and actix-web.

#[path = "../client/mod.rs"]
mod client;
mod coalescing;
mod compression;
mod faults;
mod gate;
mod options;
mod pages;
mod routers;
mod self_metrics;
mod streams;
#[path = "../../../examples/actix.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_actix;
#[path = "../../../examples/hyper.rs"]
#[allow(dead_code, reason = "its main function")]
mod with_hyper;

use axum::Router;
use client::Answer;
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::Handler;
use metrics_exposition::text;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

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

async fn hyper_server(handler: Handler) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(with_hyper::serve(listener, handler));
    address
}

fn actix_server(handler: Handler) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || with_actix::serve(listener, handler));
    address
}

async fn servers(handler: impl Into<Handler>) -> [(&'static str, SocketAddr); 3] {
    let handler = handler.into();
    [
        ("axum", axum_server(router_for(handler.clone())).await),
        ("hyper", hyper_server(handler.clone()).await),
        ("actix", actix_server(handler)),
    ]
}

fn assert_page(answer: &Answer, content_type: &str, page: &[u8]) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some(content_type));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
    assert!(answer.whole);
    assert!(answer.body == page, "{} bytes, expected {}", answer.body.len(), page.len());
}
