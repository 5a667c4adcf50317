use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(rename = "orders")]
    field: Counter,
}

fn main() {}
