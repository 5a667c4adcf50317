use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    route: &'static str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(max_series = "500")]
    field: Family<Labels, Counter>,
}

fn main() {}
