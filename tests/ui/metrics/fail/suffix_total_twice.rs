use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "orders_total_total")]
    orders: Counter,
}

fn main() {}
