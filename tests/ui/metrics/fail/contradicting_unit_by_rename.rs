use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "waiting_minutes", unit = Seconds)]
    waiting: Gauge,
}

fn main() {}
