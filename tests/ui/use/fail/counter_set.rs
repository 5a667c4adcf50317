use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.set(5);
}

fn main() {}
