use metrics_core::{Metrics, StateSet};

enum Phase {
    On,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: StateSet<Phase>,
}

fn main() {}
