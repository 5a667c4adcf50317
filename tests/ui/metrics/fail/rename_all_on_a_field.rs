use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename_all = "snake_case")]
    field: Counter,
}

fn main() {}
