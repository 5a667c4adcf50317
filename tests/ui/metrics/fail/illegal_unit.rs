use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "kilo bytes")]
    field: Gauge,
}

fn main() {}
