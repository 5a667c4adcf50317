use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "days")]
struct M {
    /// Help.
    orders: Counter,
}

fn main() {}
