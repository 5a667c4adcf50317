use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(labels = ["method"])]
    field: Counter,
}

fn main() {}
