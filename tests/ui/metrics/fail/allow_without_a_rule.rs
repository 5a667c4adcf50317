use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow)]
    orders: Counter,
}

fn main() {}
