use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    requests: Counter,
    /// Help.
    #[metric(rename = "requests_total")]
    other: Gauge,
}

fn main() {}
