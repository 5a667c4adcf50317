use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    method: bool,
    route: &'a str,
}

fn used(requests: &'static Family<Request<'static>, Counter>) {
    let series = requests.with(&Request { method: true, route: "/" });
    std::thread::spawn(move || series.inc());
}

fn main() {}
