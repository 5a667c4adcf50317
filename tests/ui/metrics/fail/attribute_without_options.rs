use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric]
    /// Help.
    field: Counter,
}

fn main() {}
