use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow(camelcase))]
    orders: Counter,
}

fn main() {}
