use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "my_shop")]
struct M {
    /// Help.
    #[metric(rename = "my_shop_orders")]
    orders: Counter,
}

fn main() {}
