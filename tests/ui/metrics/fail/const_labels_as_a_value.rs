use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels = "eu")]
    field: Counter,
}

fn main() {}
