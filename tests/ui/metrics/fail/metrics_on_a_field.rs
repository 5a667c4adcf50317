use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metrics(unit = Seconds)]
    field: Histogram,
}

fn main() {}
