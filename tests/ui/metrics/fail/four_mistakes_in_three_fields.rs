use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "1st")]
    first: Counter,
    /// Help.
    #[metric(rename = "2nd", const_labels(__a = ""))]
    second: Counter,
    /// Help.
    #[metric(unit = "the third")]
    third: Counter,
}

fn main() {}
