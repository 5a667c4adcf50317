use metrics_core::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[derive(LabelSet)]
struct Other<'a> {
    route: &'a str,
}

fn count(requests: &Family<Request<'static>, Counter>) {
    requests.with(&Other { route: "/" }).inc();
}

fn main() {}
