//! Names of any characters, and the switch that allows only those that all readers know:
//!
//! ```text
//! cargo run --example flexible_names [PORT] [--legacy]
//! curl http://127.0.0.1:9105/metrics
//! curl -H 'Accept: application/openmetrics-text;escaping=allow-utf-8' http://127.0.0.1:9105/metrics
//! ```
//!
//! OpenTelemetry names metrics and labels with dots, and other languages have other letters. Derived names are checked
//! when the program is compiled, and fit every reader; what is named at run time may have any name. A page has them
//! escaped (`http_requests_total`), unless the reader says that it knows them, as Prometheus 3 does.

use metrics_core::model::{CounterMetricFamily, MetricFamily, Unit};
use metrics_core::name::{EscapingScheme, Validation, escape_metric_name};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Gauge, RegisterError, Registry};
use std::error::Error;
use std::sync::Arc;

/// A gauge and a counter with names of other than ASCII letters.
pub(crate) fn register(registry: &Registry) -> Result<(), RegisterError> {
    let temperature = Arc::new(Gauge::new());
    temperature.set(21.5);
    let definition = Definition {
        unit: Some(Unit::Celsius),
        const_labels: vec![("hw.id".into(), "cpu0".into())],
        ..Definition::new("hw.temperature", "Temperature of a part.")
    };
    registry.register(definition, temperature)?;

    let requests = || -> Result<MetricFamily, _> {
        let labels = ["http.request.method", "url.path"];
        let mut requests = CounterMetricFamily::new("http.server.requests", "Requests served.", labels)?;
        requests.add_metric(["GET", "/größe"], 3)?.add_metric(["POST", "/"], 1)?;
        Ok::<_, metrics_core::model::FamilyError>(requests.into())
    };
    registry.register_collector(Arc::new(move || vec![requests().expect("legal names, each path once")]))?;
    Ok(())
}

/// As `name` if the registry takes it, as all readers know it otherwise.
pub(crate) fn register_as_allowed(registry: &Registry, name: &str) -> Result<Arc<Counter>, RegisterError> {
    let name = match registry.validation() {
        Validation::Utf8 => name.into(),
        Validation::Legacy => escape_metric_name(name, EscapingScheme::Underscores),
    };
    let counter = Arc::new(Counter::new());
    registry.register(Definition::new(name, "Jobs done."), Arc::clone(&counter))?;
    Ok(counter)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (flags, rest): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let registry = Registry::global();
    if flags.iter().any(|flag| flag == "--legacy") {
        // Of this registry. `name::enable_legacy_validation()` is the switch for all that are made later.
        registry.set_validation(Validation::Legacy);
    }
    // With `--legacy` this says which name breaks the rule, where it is, and the way out.
    if let Err(error) = register(registry) {
        eprintln!("{error}");
    }
    register_as_allowed(registry, "jobs.done")?.inc();

    let port = rest.first().map_or(Ok(9105), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, metrics_exposition::axum::router()).await?)
}
