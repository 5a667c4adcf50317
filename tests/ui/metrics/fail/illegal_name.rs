use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "http-requests")]
    field: Counter,
}

fn main() {}
