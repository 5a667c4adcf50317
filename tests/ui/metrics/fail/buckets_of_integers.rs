use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [1, 2])]
    field: Histogram,
}

fn main() {}
