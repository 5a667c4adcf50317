use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "db")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group, prefix = "db")]
struct Inner {
    /// Help.
    connections: Gauge,
}

fn main() {}
