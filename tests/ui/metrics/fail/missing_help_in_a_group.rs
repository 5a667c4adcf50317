use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    orders: Counter,
}

fn main() {}
