use metrics_core::Counter;

fn used(metric: &Counter) {
    metric.observe(0.5);
}

fn main() {}
