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
    #[metric(group, prefix = "b")]
    inner: Inner,
}

#[derive(Metrics)]
struct M {
    /// Help.
    a_b_open: Gauge,
    #[metric(group, prefix = "a")]
    outer: Outer,
}

fn main() {}
