use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.add(5);
}

fn main() {}
