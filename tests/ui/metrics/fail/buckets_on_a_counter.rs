use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.1, 1.0])]
    field: Counter,
}

fn main() {}
