use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    #[metric(rename = "open")]
    other: Gauge,
}

#[derive(Metrics)]
struct M {
    /// Help.
    open: Gauge,
    #[metric(group)]
    inner: Inner,
}

fn main() {}
