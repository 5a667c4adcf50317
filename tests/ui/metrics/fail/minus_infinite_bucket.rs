use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [f64::NEG_INFINITY, 0.5])]
    field: Histogram,
}

fn main() {}
