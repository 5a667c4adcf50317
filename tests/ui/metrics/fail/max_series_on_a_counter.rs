use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(max_series = 500)]
    field: Counter,
}

fn main() {}
