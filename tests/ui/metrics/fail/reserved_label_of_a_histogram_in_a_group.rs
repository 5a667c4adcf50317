use metrics_core::{Family, Histogram, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    le: bool,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Histogram,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Family<Labels, Inner>,
}

fn main() {}
