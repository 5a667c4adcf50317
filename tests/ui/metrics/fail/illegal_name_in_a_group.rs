use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    #[metric(rename = "open-now")]
    open: Gauge,
}

fn main() {}
