use metrics_core::{Histogram, Metrics};

const MIDDLE: f64 = 0.6;

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.5, MIDDLE, 0.1])]
    field: Histogram,
}

fn main() {}
