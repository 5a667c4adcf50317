use metrics_core::Summary;

fn used(metric: &Summary) {
    metric.dec();
}

fn main() {}
