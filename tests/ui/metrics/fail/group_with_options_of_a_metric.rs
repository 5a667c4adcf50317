use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, unit = Seconds)]
    field: Counter,
}

fn main() {}
