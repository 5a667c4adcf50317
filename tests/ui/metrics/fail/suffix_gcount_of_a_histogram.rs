use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    size_gcount: Histogram,
}

fn main() {}
