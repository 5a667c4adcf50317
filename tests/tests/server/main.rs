//! The server of its own, over real connections.

mod answers;
mod auth;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[path = "../certificates/mod.rs"]
mod certificates;
#[path = "../client/mod.rs"]
#[allow(dead_code, reason = "its asynchronous half")]
mod client;
#[path = "../../../examples/server.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;
mod floods;
#[path = "../http/gate.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod gate;
mod limits;
mod listeners;
#[cfg(target_os = "linux")]
mod origins;
mod raw;
mod stop;
// Its cryptography is C, for which other targets need a compiler of their own.
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod tls;
#[cfg(unix)]
mod unix_sockets;

use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, LabelSet, Metrics, Registry};
use metrics_exposition::http::Handler;
use metrics_exposition::server::{Listener, Options, Server, ServerMetrics, start};
use std::net::SocketAddr;
use std::sync::Arc;

/// A server with counts of its own.
struct Served {
    server: Server,
    at: SocketAddr,
    counts: Registry,
}

impl Served {
    fn new(handler: impl Into<Handler>, options: Options) -> Self {
        let counts = Registry::new();
        let options = options.metrics(ServerMetrics::register_in(&counts).unwrap());
        let server = start(Listener::tcp("127.0.0.1:0").unwrap(), handler, options).unwrap();
        Self { at: server.local_addr().unwrap(), server, counts }
    }

    fn count(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let name = format!("metrics_exposition_server_{name}");
        self.counts.get_sample_value(&name, labels).unwrap_or_else(|| panic!("no {name} {labels:?}"))
    }

    /// Connections that it has ended for this reason.
    fn ended(&self, reason: &str) -> f64 {
        self.count("ended_connections_total", &[("reason", reason)])
    }

    /// Waits for it: it is counted when the client knows already.
    fn wait_ended(&self, reason: &str, times: u32) {
        raw::until(reason, || self.ended(reason) >= f64::from(times));
        assert_eq!(self.ended(reason), f64::from(times), "{reason}");
    }

    fn open(&self) -> f64 {
        self.count("open_connections", &[])
    }
}

fn small() -> Registry {
    let registry = Registry::new();
    let jobs = Counter::new();
    jobs.inc_by(3);
    registry.register(Definition::new("jobs", "Jobs."), Arc::new(jobs)).unwrap();
    registry
}

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

/// A registry whose page is longer than what is built at once.
fn large() -> Registry {
    families(1)
}

/// One whose page is longer than what the kernel keeps for a client.
fn very_large() -> Registry {
    families(2)
}

fn families(families: u32) -> Registry {
    let registry = Registry::new();
    for family in 0..families {
        let items = Family::<Item<'static>, Counter>::new();
        // The cap of a family is 10,000 series, hence long values.
        for k in 0..9_000u64 {
            items.with(&Item { item: &format!("{k}{}", "x".repeat(1_000)) }).inc_by(k);
        }
        registry.register(Definition::new(format!("items_{family}"), "Items."), Arc::new(items)).unwrap();
    }
    registry
}
