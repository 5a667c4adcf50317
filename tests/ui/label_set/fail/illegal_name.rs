use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "http.method")]
    method: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    one: Family<Labels, Counter>,
    /// Help.
    two: Family<Labels, Counter>,
}

fn main() {}
