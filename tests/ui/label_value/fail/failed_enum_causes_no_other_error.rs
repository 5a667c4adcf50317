use metrics_core::{Counter, Family, LabelSet, LabelValue, Metrics};

#[derive(LabelValue)]
enum Method {
    Get,
    Other(String),
}

#[derive(LabelSet)]
struct Labels {
    method: Method,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(preset)]
    field: Family<Labels, Counter>,
}

fn count() {
    M::global().field.with(&Labels { method: Method::Get }).inc();
}

fn main() {}
