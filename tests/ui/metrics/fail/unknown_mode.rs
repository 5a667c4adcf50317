use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(multiprocess = "live_sum")]
    field: Gauge,
}

fn main() {}
