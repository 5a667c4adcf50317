use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds, unit = Bytes)]
    field: Histogram,
}

fn main() {}
