use metrics_core::Gauge;

fn used(metric: &Gauge) {
    metric.inc_by(2.0);
}

fn main() {}
