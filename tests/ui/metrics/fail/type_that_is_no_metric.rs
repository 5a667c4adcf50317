use metrics_core::Metrics;

#[derive(Metrics)]
struct M {
    /// Help.
    field: u64,
}

fn main() {}
