use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(rename = "shop")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
