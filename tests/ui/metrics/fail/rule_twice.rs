use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow(colon, colon))]
    orders: Counter,
}

fn main() {}
