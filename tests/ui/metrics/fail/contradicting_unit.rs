use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    read_bytes: Counter,
}

fn main() {}
