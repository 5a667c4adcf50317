use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(native = 1.1)]
    field: Histogram,
}

fn main() {}
