use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    method: bool,
    route: &'a str,
}

fn used(requests: &Family<Request<'static>, Counter>) {
    requests.with(Request { method: true, route: "/" }).inc();
}

fn main() {}
