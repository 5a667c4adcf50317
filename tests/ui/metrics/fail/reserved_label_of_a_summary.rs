use metrics_core::{Family, LabelSet, Metrics, Summary};

#[derive(LabelSet)]
struct Peer {
    quantile: &'static str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Peer, Summary>,
}

fn main() {}
