//! A short job that is started again and again, by cron or a queue: what its runs count adds up.
//!
//! ```text
//! mkdir /tmp/batch; export PROMETHEUS_MULTIPROC_DIR=/tmp/batch
//! cargo run --example batch -- import 7; cargo run --example batch -- import 5; cargo run --example batch -- export 2
//! cargo run --example batch                     # prints the page
//! ```
//!
//! In production something that runs all the time serves the page: `metrics-multiproc /tmp/batch`. However many runs there
//! were, the directory holds a few files: those of runs that have ended become one.

#[cfg(unix)]
mod program;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    program::main()
}

#[cfg(not(unix))]
fn main() {
    eprintln!("processes share files of metrics on Unix only");
}
