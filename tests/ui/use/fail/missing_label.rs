use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    method: bool,
    route: &'a str,
}

fn count(requests: &Family<Request<'static>, Counter>) {
    requests.with(&Request { route: "/" }).inc();
}

fn main() {}
