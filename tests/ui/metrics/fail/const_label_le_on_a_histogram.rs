use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(le = "1"))]
    field: Histogram,
}

fn main() {}
