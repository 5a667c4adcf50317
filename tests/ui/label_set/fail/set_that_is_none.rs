use metrics_core::{Counter, Family, Metrics};

struct Labels {
    method: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Labels, Counter>,
}

fn main() {}
