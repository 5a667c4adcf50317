use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefx = "shop")]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
