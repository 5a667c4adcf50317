use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(quantiles = [0.5])]
    field: Counter,
}

fn main() {}
