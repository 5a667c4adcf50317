use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(a = "1" b = "2"))]
    field: Counter,
}

fn main() {}
