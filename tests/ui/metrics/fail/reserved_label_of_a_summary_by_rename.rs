use metrics_core::{Family, LabelSet, Metrics, Summary};

#[derive(LabelSet)]
struct Labels {
    #[label(rename = "quantile")]
    part: bool,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Labels, Summary>,
}

fn main() {}
