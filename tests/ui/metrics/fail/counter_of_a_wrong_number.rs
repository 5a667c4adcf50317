use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    field: Counter<u32>,
}

fn used() {
    M::global();
}

fn main() {}
