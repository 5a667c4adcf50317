use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop_")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
