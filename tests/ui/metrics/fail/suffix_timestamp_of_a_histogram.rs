use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    order_timestamp_seconds: Histogram,
}

fn main() {}
