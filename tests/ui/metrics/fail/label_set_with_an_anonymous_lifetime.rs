use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Request<'a> {
    route: &'a str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Request<'_>, Counter>,
}

fn main() {}
