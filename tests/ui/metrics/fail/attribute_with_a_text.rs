use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric("requests")]
    /// Help.
    field: Counter,
}

fn main() {}
