use metrics_core::{Metrics, StateSet};

#[derive(Metrics)]
struct M {
    /// Help.
    field: StateSet<String>,
}

fn main() {}
