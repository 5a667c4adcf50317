use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    hit: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(ttl_seconds = 60)]
    field: Family<Labels, Counter>,
}

fn main() {}
