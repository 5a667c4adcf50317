use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    requests: Counter,
    /// Help.
    #[metric(allow(reserved_suffix))]
    requests_total: Gauge,
}

fn main() {}
