use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    method: &'a str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    requests_by_method: Family<Request<'static>, Counter>,
}

fn main() {}
