use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    leaky_bucket: Counter,
}

fn main() {}
