use metrics_core::{Family, Histogram, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    method: bool,
    route: &'a str,
}

fn used(durations: &Family<Request<'static>, Histogram>) {
    let timer = durations.start_timer();
    timer.observe();
}

fn main() {}
