use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(unit = Seconds)]
struct M {
    /// Help.
    field: Counter,
}

fn main() {}
