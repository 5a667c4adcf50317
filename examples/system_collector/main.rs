//! CPU, memory and disks of this machine, read whenever somebody asks:
//!
//! ```text
//! cargo run --example system_collector [PORT]
//! curl http://127.0.0.1:9101/metrics
//! ```
//!
//! Read from `/proc`, and not through a crate like `sysinfo`, which gives the load of a CPU in per cent since it was last
//! asked: wrong as soon as two ask. The kernel counts seconds, and Prometheus makes a rate of them over any time. That
//! takes a few lines each; what is no file, `rustix` asks the kernel for.

#[cfg(target_os = "linux")]
mod collector;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let collector = collector::SystemCollector::new(["/"]);
    metrics_core::Registry::global().register_collector(std::sync::Arc::new(collector))?;

    let port = std::env::args().nth(1).map_or(Ok(9101), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, metrics_exposition::axum::router()).await?)
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("this example reads /proc, which is there on Linux only");
}
