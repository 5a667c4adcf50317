use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
#[metrics(const_labels(le = "1"))]
struct M {
    /// Help.
    field: Histogram,
}

fn main() {}
