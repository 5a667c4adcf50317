use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    zone: bool,
}

#[derive(Metrics)]
#[metrics(const_labels(zone = "b"))]
struct M {
    /// Help.
    field: Family<Labels, Counter>,
}

fn main() {}
