use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    open: Gauge,
}

#[derive(Metrics)]
#[metrics(group)]
struct Outer {
    #[metric(group, prefix = "inner")]
    inner: Inner,
}

#[derive(Metrics)]
struct M {
    /// Help.
    outer_inner_open: Gauge,
    #[metric(group, prefix = "outer")]
    outer: Outer,
}

fn main() {}
