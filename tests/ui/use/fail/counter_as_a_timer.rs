use metrics_core::Counter;

fn used(metric: &Counter) {
    let timer = metric.start_timer();
    timer.observe();
}

fn main() {}
