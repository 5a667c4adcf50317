use metrics_core::{Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(quantiles = [50.0, 99.0])]
    above_one: Summary,
    /// Help.
    #[metric(quantiles = [0.99, 0.5])]
    falling: Summary,
}

fn main() {}
