use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
struct M {
    #[metric(group, prefix = "shop")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    #[metric(unit = Seconds)]
    seconds_waiting: Gauge,
}

fn main() {}
