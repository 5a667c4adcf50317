use metrics_core::{Counter, Gauge, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct M {
    /// Help.
    shop_orders: Counter,
    /// Help.
    stock_gauge: Gauge,
    /// Help.
    #[metric(unit = "ms")]
    waiting: Gauge,
    #[metric(rename = "customers_total")]
    customers: Gauge,
}

fn main() {}
