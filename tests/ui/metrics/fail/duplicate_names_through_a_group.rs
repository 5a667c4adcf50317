use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(group, prefix = "pool")]
struct Pool {
    /// Help.
    open: Gauge,
}

#[derive(Metrics)]
struct M {
    /// Help.
    db_pool_open: Gauge,
    #[metric(group, prefix = "db")]
    pool: Pool,
}

fn main() {}
