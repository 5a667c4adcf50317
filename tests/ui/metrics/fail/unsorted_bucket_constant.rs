use metrics_core::{Histogram, Metrics};

const BUCKETS: [f64; 2] = [1.0, 0.5];

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = BUCKETS)]
    field: Histogram,
}

fn main() {}
