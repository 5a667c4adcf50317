use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group)]
    field: Counter,
}

fn main() {}
