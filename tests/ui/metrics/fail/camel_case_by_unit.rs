use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "smallWidgets")]
    stock: Gauge,
}

fn main() {}
