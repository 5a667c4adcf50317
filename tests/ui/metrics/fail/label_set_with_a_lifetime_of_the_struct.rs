use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[derive(Metrics)]
struct M<'a> {
    /// Help.
    field: Family<Request<'a>, Counter>,
}

fn main() {}
