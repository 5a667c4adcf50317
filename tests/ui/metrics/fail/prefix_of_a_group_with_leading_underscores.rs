use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "__db")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    open: Gauge,
}

fn main() {}
