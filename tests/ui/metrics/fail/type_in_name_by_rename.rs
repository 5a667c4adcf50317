use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct M {
    /// Help.
    #[metric(rename = "gauge_of_stock")]
    stock: Gauge,
}

fn main() {}
