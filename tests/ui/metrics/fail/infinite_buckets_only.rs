use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [f64::INFINITY])]
    field: Histogram,
}

fn main() {}
