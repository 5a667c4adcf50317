use metrics_core::{Counter, Metrics};

const ZONE: u8 = 5;

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(zone = ZONE))]
    field: Counter,
}

fn main() {}
