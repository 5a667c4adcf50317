use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    #[metric(unit = Seconds)]
    field: Histogram,
}

fn main() {}
