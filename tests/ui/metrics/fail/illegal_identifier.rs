use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    größe: Counter,
}

fn main() {}
