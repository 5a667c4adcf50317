//! A worker that is no server shows its metrics all the same, at a port of its own. It has no runtime, and knows of none:
//!
//! ```text
//! cargo run --example server [ADDRESS]
//! curl http://127.0.0.1:9090/metrics
//! ```

use metrics_core::{Counter, Histogram, Metrics, Registry};
use metrics_exposition::server::{Server, ServerError, start_http_server};
use std::time::Duration;
use std::{env, io, thread};

#[derive(Metrics)]
#[metrics(prefix = "worker")]
struct Worker {
    /// Jobs done.
    jobs: Counter,
    /// Time of a job.
    #[metric(unit = Seconds, buckets = [0.01, 0.1, 1.0])]
    job_duration: Histogram,
}

fn main() -> Result<(), ServerError> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9090".to_owned());
    let server = serve(&address)?;
    println!("metrics: http://{}/metrics; Enter ends it", server.local_addr().expect("TCP has one"));
    thread::spawn(|| {
        loop {
            work();
        }
    });
    // Without an Enter to come, as under a service manager, it works on.
    match io::stdin().read_line(&mut String::new()) {
        Ok(1..) => server.stop(),
        _ => server.wait(),
    }
}

pub(crate) fn serve(address: &str) -> Result<Server, ServerError> {
    start_http_server(address, Registry::global())
}

pub(crate) fn work() {
    let worker = Worker::global();
    let _timer = worker.job_duration.start_timer();
    thread::sleep(Duration::from_millis(20));
    worker.jobs.inc();
}
