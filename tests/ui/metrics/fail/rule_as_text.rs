use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow("colon"))]
    orders: Counter,
}

fn main() {}
