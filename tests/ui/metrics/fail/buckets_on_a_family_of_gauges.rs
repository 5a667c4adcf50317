use metrics_core::{Family, Gauge, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    retried: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(buckets = [0.1, 1.0])]
    field: Family<Labels, Gauge>,
}

fn main() {}
