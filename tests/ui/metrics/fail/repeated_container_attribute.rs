use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop", prefix = "web")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
