use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(const_labels(zone = "b"))]
struct M {
    /// Help.
    #[metric(const_labels(zone = "a"))]
    field: Counter,
}

fn main() {}
