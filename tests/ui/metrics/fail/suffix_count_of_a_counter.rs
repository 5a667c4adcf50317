use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    orders_count: Counter,
}

fn main() {}
