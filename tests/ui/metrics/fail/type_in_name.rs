use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    counter_of_orders_counter: Counter,
}

fn main() {}
