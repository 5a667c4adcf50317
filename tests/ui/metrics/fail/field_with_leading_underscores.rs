use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    __orders: Counter,
}

fn main() {}
