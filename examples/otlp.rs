//! Requests by endpoint, memory in use and the time to answer, for a collector of OpenTelemetry or a server that takes its
//! protocol. Each 15 s, and once more when Enter is pressed, which ends it:
//!
//! ```text
//! docker run -p 4318:4318 otel/opentelemetry-collector
//! cargo run --example otlp [URL]
//! ```

use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics, Registry};
use metrics_exposition::otlp::OtlpExporter;
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
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [0.01, 0.1, 1.0])]
    response: Histogram,
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:4318/v1/metrics".to_owned());
    let pushing = OtlpExporter::new(&url, Registry::global())?
        .resource("service.name", "example")
        // One of its own for each program that runs.
        .resource("service.instance.id", format!("process-{}", std::process::id()))
        .interval(Duration::from_secs(15))
        .start()?;
    println!("pushes to {url}; Enter ends it");

    let app = App::global();
    app.requests.with(&Request { endpoint: "/api/users" }).inc_by(100);
    app.requests.with(&Request { endpoint: "/api/orders" }).inc_by(50);
    app.memory.set(1_048_576.0);
    app.response.observe(0.25);
    io::stdin().read_line(&mut String::new())?;

    pushing.stop()?;
    println!("pushed");
    Ok(())
}
