use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "db")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    db_connections: Gauge,
}

fn main() {}
