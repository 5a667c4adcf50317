use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(multiprocess = "sum")]
    field: Counter,
}

fn main() {}
