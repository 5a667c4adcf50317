use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    status: u16,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(preset)]
    field: Family<Labels, Counter>,
}

fn main() {}
