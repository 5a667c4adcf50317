use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(allow(dead_code))]
struct M {
    /// Help.
    orders: Counter,
}

fn main() {}
