use metrics_core::Counter;

fn used(metric: &Counter<f64>) {
    metric.dec_by(1.5);
}

fn main() {}
