use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    field: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "")]
    inner: Inner,
}

fn main() {}
