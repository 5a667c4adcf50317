use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(quantiles = [0.5])]
    field: Histogram,
}

fn main() {}
