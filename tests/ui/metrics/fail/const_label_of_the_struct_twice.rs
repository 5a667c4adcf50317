use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(const_labels(zone = "a", zone = "b"))]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
