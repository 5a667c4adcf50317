use metrics_core::Gauge;

fn used(metric: &Gauge) {
    metric.set(5);
}

fn main() {}
