use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "")]
struct M {
    /// Help.
    orders: Counter,
}

fn main() {}
