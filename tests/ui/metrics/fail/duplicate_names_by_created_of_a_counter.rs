use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    requests: Counter,
    /// Help.
    requests_created: Gauge,
}

fn main() {}
