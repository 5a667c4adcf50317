use metrics_core::Histogram;
use std::time::Duration;

fn used(metric: &Histogram) {
    metric.observe(Duration::from_secs(1));
}

fn main() {}
