use metrics_core::{Family, LabelSet, Metrics, Summary};

#[derive(LabelSet)]
struct Labels {
    quantile: bool,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Summary,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Family<Labels, Inner>,
}

fn main() {}
