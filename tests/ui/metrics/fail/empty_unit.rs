use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "")]
    orders: Counter,
}

fn main() {}
