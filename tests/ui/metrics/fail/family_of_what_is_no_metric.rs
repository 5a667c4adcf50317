use metrics_core::{Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Peer {
    peer: &'static str,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Family<Peer, String>,
}

fn main() {}
