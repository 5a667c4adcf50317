use metrics_core::{Histogram, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Histogram,
}

#[derive(Metrics)]
struct M {
    #[metric(group, buckets = [0.1])]
    inner: Inner,
}

fn main() {}
