use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    field: Counter,
}

fn main() {}
