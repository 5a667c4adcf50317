use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "orders")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    count: Gauge,
}

fn main() {}
