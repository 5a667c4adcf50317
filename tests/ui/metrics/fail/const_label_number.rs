use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(a = 1))]
    field: Counter,
}

fn main() {}
