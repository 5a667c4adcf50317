use metrics_core::Histogram;

fn used(metric: &Histogram) {
    metric.inc();
}

fn main() {}
