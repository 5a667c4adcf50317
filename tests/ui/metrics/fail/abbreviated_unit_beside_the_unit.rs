use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    waiting_ms: Gauge,
}

fn main() {}
