use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "hours")]
    waiting: Gauge,
}

fn main() {}
