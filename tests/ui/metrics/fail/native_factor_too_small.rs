use metrics_core::{Histogram, Metrics, NativeOptions};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(native = NativeOptions::DEFAULT.factor(0.5))]
    field: Histogram,
}

fn main() {}
