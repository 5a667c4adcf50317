//! The README's first code. Run it, then open http://127.0.0.1:3000/hello/you and /metrics.

use axum::{Router, extract::Path, routing::get};
use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Greeting<'a> {
    language: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "hello")]
struct HelloMetrics {
    /// Greetings sent.
    greetings: Family<Greeting<'static>, Counter>,
}

async fn hello(Path(name): Path<String>) -> String {
    HelloMetrics::global().greetings.with(&Greeting { language: "en" }).inc();
    format!("Hello, {name}!")
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/hello/{name}", get(hello)).merge(metrics_exposition::axum::router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await
}
