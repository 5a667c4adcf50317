use metrics_core::{Info, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    field: Info,
}

fn main() {}
