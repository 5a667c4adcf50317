use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    route: &'static str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(preset)]
    field: Family<Labels, Counter>,
}

fn main() {}
