use metrics_core::{Family, GaugeHistogram, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    le: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Labels, GaugeHistogram>,
}

fn main() {}
