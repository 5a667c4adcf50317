use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "orders")]
struct M {
    /// Help.
    count: Gauge,
}

fn main() {}
