use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    #[label(renam = "verb")]
    method: bool,
    route: &'a str,
    #[label(rename = "route")]
    path: &'a str,
    #[label(skip)]
    status: u16,
}

#[derive(Metrics)]
struct M {
    /// Help.
    requests: Family<Request<'static>, Counter>,
}

fn used() {
    M::global().requests.with(&Request { method: true, route: "/", path: "/", status: 200 }).inc();
}

fn main() {}
