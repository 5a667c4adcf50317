use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    route: &'static str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(ttl_seconds = 0)]
    field: Family<Labels, Counter>,
}

fn main() {}
