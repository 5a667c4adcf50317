//! Requests by endpoint and memory in use, pushed to a Graphite server with tags. Each 30 s, and once more when Enter is
//! pressed, which ends it:
//!
//! ```text
//! docker run -p 2003:2003 -p 8080:80 graphiteapp/graphite-statsd
//! cargo run --example graphite [ADDRESS]
//! ```

use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::graphite::GraphiteBridge;
use std::error::Error;
use std::io;
use std::time::Duration;

#[derive(LabelSet)]
struct Request<'a> {
    endpoint: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "app")]
struct App {
    /// Requests served.
    requests: Family<Request<'static>, Counter>,
    /// Memory in use.
    #[metric(unit = Bytes)]
    memory: Gauge,
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2003".to_owned());
    let bridge = GraphiteBridge::new(&address, Registry::global()).tags(true).interval(Duration::from_secs(30));
    let pushing = bridge.start()?;
    println!("pushes to {address}; Enter ends it");

    let app = App::global();
    app.requests.with(&Request { endpoint: "/api/users" }).inc_by(100);
    app.requests.with(&Request { endpoint: "/api/orders" }).inc_by(50);
    app.memory.set(1_048_576.0);
    io::stdin().read_line(&mut String::new())?;

    // app_requests_total;endpoint=/api/users 100 1700000000
    pushing.stop()?;
    println!("pushed");
    Ok(())
}
