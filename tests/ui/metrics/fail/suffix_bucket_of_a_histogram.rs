use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    size_bucket: Histogram,
}

fn main() {}
