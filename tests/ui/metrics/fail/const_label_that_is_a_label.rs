use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    retried: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(retried = "no"))]
    field: Family<Labels, Counter>,
}

fn main() {}
