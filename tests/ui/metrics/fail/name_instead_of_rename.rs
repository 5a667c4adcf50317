use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(name = "orders")]
    field: Counter,
}

fn main() {}
