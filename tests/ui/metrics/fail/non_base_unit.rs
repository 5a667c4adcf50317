use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    waiting_minutes: Gauge,
}

fn main() {}
