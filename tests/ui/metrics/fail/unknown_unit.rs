use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Second)]
    field: Histogram,
}

fn main() {}
