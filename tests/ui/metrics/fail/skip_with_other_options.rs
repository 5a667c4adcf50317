use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(skip, unit = Seconds)]
    field: Option<Counter>,
}

fn main() {}
