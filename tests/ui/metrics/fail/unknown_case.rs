use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(rename_all = "Snake")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
