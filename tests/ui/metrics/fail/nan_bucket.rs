use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.1, f64::NAN])]
    field: Histogram,
}

fn main() {}
