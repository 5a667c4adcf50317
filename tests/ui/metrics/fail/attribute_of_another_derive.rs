use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[label(rename = "requests")]
    field: Counter,
}

fn main() {}
