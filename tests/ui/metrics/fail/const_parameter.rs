use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M<const N: usize> {
    /// Help.
    field: Counter,
}

fn main() {}
