use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop_counter")]
struct M {
    /// Help.
    orders: Counter,
    /// Help.
    customers: Counter,
    /// Help.
    stock: Gauge,
}

fn main() {}
