use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.inc_by(0.5);
}

fn main() {}
