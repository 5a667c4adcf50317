use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "ordersPaid")]
    orders: Counter,
}

fn main() {}
