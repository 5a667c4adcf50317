use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(multiprocess = livesum)]
    field: Gauge,
}

fn main() {}
