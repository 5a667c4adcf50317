use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "")]
    field: Counter,
}

fn main() {}
