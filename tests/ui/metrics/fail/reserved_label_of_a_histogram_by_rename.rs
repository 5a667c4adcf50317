use metrics_core::{Family, Histogram, LabelSet, Metrics};

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "le")]
    limit: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Labels, Histogram>,
}

fn main() {}
