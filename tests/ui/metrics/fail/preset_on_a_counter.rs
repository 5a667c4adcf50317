use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(preset)]
    field: Counter,
}

fn main() {}
