use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    region: bool,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Family<Labels, Counter>,
}

#[derive(Metrics)]
#[metrics(const_labels(zone = "a", region = "eu"))]
struct M {
    #[metric(group)]
    inner: Inner,
}

fn main() {}
