//! A small web shop that measures itself, with customers of its own: run it and open the URL that it prints.
//!
//! `metrics.rs` declares what is measured, `measure.rs` measures requests, `orders.rs` functions.

mod args;
mod counts;
mod measure;
mod metrics;
mod orders;
mod routes;
mod traffic;
mod visitors;

use args::Args;
use axum::Router;
use metrics::ShopMetrics;
use orders::Shop;
use std::error::Error;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut threads = runtime::Builder::new_multi_thread();
    if let Some(workers) = args.workers {
        threads.worker_threads(workers.get());
    }
    threads.max_blocking_threads(args.blocking_threads.get()).enable_all().build()?.block_on(open(args))
}

async fn open(args: Args) -> Result<(), Box<dyn Error>> {
    let shop = Arc::new(Shop::default());
    let scraped = Arc::clone(&shop);
    ShopMetrics::global().open_carts.set_function(move || scraped.open_carts());

    let mut app = routes::router(shop);
    if args.series > 0 {
        app = app.merge(visitors::router(args.series));
    }
    let listener = TcpListener::bind(args.addr).await?;
    let addr = listener.local_addr()?;
    println!("shop:    http://{addr}/");

    let metrics = metrics_exposition::axum::router();
    match args.metrics_addr {
        // The habit in production: a port that only the scraper can reach.
        Some(metrics_addr) => {
            let listener = TcpListener::bind(metrics_addr).await?;
            println!("metrics: http://{}/metrics", listener.local_addr()?);
            tokio::spawn(serve(listener, metrics));
        }
        None => {
            app = app.merge(metrics);
            println!("metrics: http://{addr}/metrics");
        }
    }

    if args.traffic {
        traffic::start(addr);
    }
    println!("Stop with Ctrl-C.");
    Ok(serve(listener, app).await?)
}

/// Serves until Ctrl-C, then answers what is under way.
async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await
}

async fn interrupted() {
    // If the signal cannot be awaited, the default action still ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
