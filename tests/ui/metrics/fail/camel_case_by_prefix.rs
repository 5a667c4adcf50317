use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "myShop")]
struct M {
    /// Help.
    orders: Counter,
}

fn main() {}
