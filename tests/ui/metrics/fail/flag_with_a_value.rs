use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    hit: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(preset = true)]
    field: Family<Labels, Counter>,
}

fn main() {}
