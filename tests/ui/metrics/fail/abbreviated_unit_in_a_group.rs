use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "waiting")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    ms: Gauge,
}

fn main() {}
