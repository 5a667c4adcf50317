use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.1, f64::INFINITY, 1.0])]
    field: Histogram,
}

fn main() {}
