use metrics_core::{Histogram, Metrics};

const BOUNDS: [f64; 2] = [0.5, f64::NAN];

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = BOUNDS)]
    field: Histogram,
}

fn main() {}
