use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "zone")]
    region: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(zone = "a"))]
    field: Family<Labels, Counter>,
}

fn main() {}
