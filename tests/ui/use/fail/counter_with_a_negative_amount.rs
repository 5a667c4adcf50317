use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.inc_by(-1);
}

fn main() {}
