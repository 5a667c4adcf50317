use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "KB")]
    read: Counter,
}

fn main() {}
