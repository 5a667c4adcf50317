use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct M {
    /// Help.
    shop_orders: Counter,
}

fn main() {}
