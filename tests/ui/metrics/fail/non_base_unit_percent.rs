use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    load_percent: Gauge,
}

fn main() {}
