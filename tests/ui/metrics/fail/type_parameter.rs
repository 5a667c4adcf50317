use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M<T: Send> {
    /// Help.
    field: Counter,
    #[metric(skip)]
    other: T,
}

fn main() {}
