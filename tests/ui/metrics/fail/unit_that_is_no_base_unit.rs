use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Milliseconds)]
    field: Histogram,
}

fn main() {}
