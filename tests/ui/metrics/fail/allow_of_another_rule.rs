use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow(non_base_unit))]
    waiting_ms: Gauge,
}

fn main() {}
