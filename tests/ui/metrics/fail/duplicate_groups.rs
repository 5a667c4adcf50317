use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Pool {
    /// Help.
    open: Gauge,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    reader: Pool,
    #[metric(group)]
    writer: Pool,
}

fn main() {}
