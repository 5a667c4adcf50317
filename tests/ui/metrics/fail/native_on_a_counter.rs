use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(native)]
    field: Counter,
}

fn main() {}
