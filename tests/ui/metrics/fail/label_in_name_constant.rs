use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(store = "main"))]
    store_orders: Counter,
}

fn main() {}
