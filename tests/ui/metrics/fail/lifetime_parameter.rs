use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M<'a> {
    /// Help.
    field: Counter,
    #[metric(skip)]
    other: Option<&'a str>,
}

fn main() {}
