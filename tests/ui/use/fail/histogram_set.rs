use metrics_core::Histogram;

fn used(metric: &Histogram) {
    metric.set(0.5);
}

fn main() {}
