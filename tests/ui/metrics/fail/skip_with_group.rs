use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(skip, group)]
    field: Option<Counter>,
}

fn main() {}
