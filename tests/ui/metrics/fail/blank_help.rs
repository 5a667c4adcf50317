use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(help = " ")]
    field: Counter,
}

fn main() {}
