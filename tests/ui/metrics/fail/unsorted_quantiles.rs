use metrics_core::{Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(quantiles = [0.99, 0.5])]
    field: Summary,
}

fn main() {}
