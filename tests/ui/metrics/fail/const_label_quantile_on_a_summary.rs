use metrics_core::{Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(quantile = "1"))]
    field: Summary,
}

fn main() {}
