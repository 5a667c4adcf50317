use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(a))]
    field: Counter,
}

fn main() {}
