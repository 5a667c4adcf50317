use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "my-shop")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
