use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(prefix = "shop")]
    field: Counter,
}

fn main() {}
