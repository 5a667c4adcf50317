use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = requests)]
    field: Counter,
}

fn main() {}
