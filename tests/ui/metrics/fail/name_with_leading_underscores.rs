use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    __requests: Counter,
}

fn main() {}
