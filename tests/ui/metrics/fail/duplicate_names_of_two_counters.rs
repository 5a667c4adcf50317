use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    requests: Counter,
    /// Help.
    requests_total: Counter,
}

fn main() {}
