use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(multiprocess = "average")]
    field: Gauge,
}

fn main() {}
