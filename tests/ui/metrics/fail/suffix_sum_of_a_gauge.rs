use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    price_sum: Gauge,
}

fn main() {}
