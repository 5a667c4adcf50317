use metrics_core::{Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [1.0])]
    field: Summary,
}

fn main() {}
