use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    bytes_read_bytes: Counter,
}

fn main() {}
