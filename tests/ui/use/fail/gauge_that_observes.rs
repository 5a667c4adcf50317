use metrics_core::Gauge;

fn used(metric: &Gauge) {
    metric.observe(0.5);
}

fn main() {}
