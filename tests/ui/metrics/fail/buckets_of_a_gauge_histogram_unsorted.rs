use metrics_core::{GaugeHistogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [2.0, 1.0])]
    field: GaugeHistogram,
}

fn main() {}
