use metrics_core::{Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(quantiles = [50.0, 99.0])]
    field: Summary,
}

fn main() {}
