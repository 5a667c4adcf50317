use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    orders_count: Gauge,
}

fn main() {}
