use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.1, 0.1])]
    field: Histogram,
}

fn main() {}
