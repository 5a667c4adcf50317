use metrics_core::{Histogram, Metrics};

const NONE: [f64; 0] = [];

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = NONE)]
    field: Histogram,
}

fn main() {}
