use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    method: &'a str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "method_requests")]
    requests: Family<Request<'static>, Counter>,
}

fn main() {}
