use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    orders: Counter,
    /// Help.
    orders_total: Gauge,
}

fn main() {}
