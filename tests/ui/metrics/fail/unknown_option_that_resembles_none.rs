use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(colour = "red")]
    field: Counter,
}

fn main() {}
