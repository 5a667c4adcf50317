use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Gauge,
}

#[derive(Metrics)]
struct M {
    /// Help.
    inner: Inner,
}

fn main() {}
