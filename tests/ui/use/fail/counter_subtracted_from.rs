use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.sub(1);
}

fn main() {}
