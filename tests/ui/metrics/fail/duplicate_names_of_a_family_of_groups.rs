use metrics_core::{Family, Gauge, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    hit: bool,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    open: Gauge,
}

#[derive(Metrics)]
struct M {
    /// Help.
    open: Gauge,
    #[metric(group)]
    inner: Family<Labels, Inner>,
}

fn main() {}
