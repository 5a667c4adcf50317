use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "2xx")]
    field: Counter,
}

fn main() {}
