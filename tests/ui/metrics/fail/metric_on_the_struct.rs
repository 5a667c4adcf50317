use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metric(prefix = "shop")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
