use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    zone: bool,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group, const_labels(zone = "b"))]
    inner: Family<Labels, Inner>,
}

fn main() {}
