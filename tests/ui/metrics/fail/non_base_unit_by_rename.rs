use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "waiting_milliseconds")]
    waiting: Gauge,
}

fn main() {}
