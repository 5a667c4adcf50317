use metrics_core::Counter;

fn used(metric: &Counter<u32>) {
    metric.inc();
}

fn main() {}
