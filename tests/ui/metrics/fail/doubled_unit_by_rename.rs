use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "waiting_second", unit = Seconds)]
    waiting: Gauge,
}

fn main() {}
