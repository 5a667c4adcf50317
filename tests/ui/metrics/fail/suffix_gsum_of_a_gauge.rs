use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    size_gsum: Gauge,
}

fn main() {}
