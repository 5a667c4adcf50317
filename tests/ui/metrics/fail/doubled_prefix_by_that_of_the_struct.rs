use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "my_db")]
struct M {
    #[metric(group, prefix = "db")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    connections: Gauge,
}

fn main() {}
