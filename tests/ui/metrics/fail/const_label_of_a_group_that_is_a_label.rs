use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(group, const_labels(region = "eu"))]
struct Inner {
    /// Help.
    field: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group, const_labels(region = "us"))]
    inner: Inner,
}

fn main() {}
