use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(ttl_seconds = 60)]
    field: Counter,
}

fn main() {}
