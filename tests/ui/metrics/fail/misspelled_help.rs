use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(hlep = "Help.")]
    field: Counter,
}

fn main() {}
