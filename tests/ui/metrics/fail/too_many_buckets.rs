use metrics_core::{Histogram, Metrics, linear};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = linear::<1_001>(0.0, 1.0))]
    field: Histogram,
}

fn main() {}
