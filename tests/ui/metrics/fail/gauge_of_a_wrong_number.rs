use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    field: Gauge<u64>,
}

fn main() {}
