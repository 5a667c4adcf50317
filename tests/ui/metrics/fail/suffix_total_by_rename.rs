use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "orders_total")]
    orders: Gauge,
}

fn main() {}
