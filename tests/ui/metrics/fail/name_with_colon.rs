use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "job:requests")]
    field: Counter,
}

fn main() {}
