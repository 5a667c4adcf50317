use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.dec();
}

fn main() {}
