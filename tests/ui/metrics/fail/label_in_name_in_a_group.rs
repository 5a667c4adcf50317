use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    method: &'a str,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Family<Request<'static>, Inner>,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    method_requests: Counter,
}

fn main() {}
