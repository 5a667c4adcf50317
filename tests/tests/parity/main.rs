//! The examples of collectors and names: what their pages say, as the axum router serves them.

mod application;
#[path = "../client/mod.rs"]
#[allow(dead_code, reason = "its shorthands")]
mod client;
// Not built for musl, see Cargo.toml.
#[cfg(not(target_env = "musl"))]
mod database;
mod flexible_names;
mod health;
#[cfg(target_os = "linux")]
mod system;
mod two_formats;

use client::request;
use metrics_core::Registry;
use metrics_core::model::MetricFamily;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A page in both formats, each in a scrape of its own.
struct Pages {
    text: String,
    openmetrics: String,
}

/// Serves the registry as the examples do.
async fn serve(registry: &Registry) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = metrics_exposition::axum::router_for(registry);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn page(server: SocketAddr, media_type: &str) -> String {
    let accept = format!("Accept: {media_type}\r\n");
    let answer = request(server, "GET", "/metrics", accept.as_bytes()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.whole && answer.header("content-type").unwrap().starts_with(media_type));
    answer.text().to_owned()
}

async fn pages(server: SocketAddr) -> Pages {
    let openmetrics = page(server, "application/openmetrics-text").await;
    assert!(openmetrics.ends_with("\n# EOF\n"));
    Pages { text: page(server, "text/plain").await, openmetrics }
}

impl Pages {
    /// Fails unless both have all of these lines.
    #[track_caller]
    fn assert_lines(&self, lines: &[&str]) {
        for line in lines {
            for page in [&self.text, &self.openmetrics] {
                assert!(page.lines().any(|found| found == *line), "no line {line} in\n{page}");
            }
        }
    }

    /// Fails if a line of one of them begins so.
    #[track_caller]
    fn assert_none(&self, starts: &[&str]) {
        for start in starts {
            for page in [&self.text, &self.openmetrics] {
                assert!(!page.lines().any(|line| line.starts_with(start)), "a line {start}… in\n{page}");
            }
        }
    }

    /// The value of a series, which stands on both pages; of two scrapes, hence the greater one.
    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        let of = |page: &str| -> f64 {
            let value = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
            value.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
        };
        of(&self.text).max(of(&self.openmetrics))
    }
}

/// A registry that shows these families.
fn registry_of(families: Vec<MetricFamily>) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}
