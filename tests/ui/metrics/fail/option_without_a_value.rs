use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit)]
    field: Histogram,
}

fn main() {}
