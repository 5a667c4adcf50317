use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Peer {
    peer: &'static str,
}

#[derive(Metrics)]
#[metrics(group)]
struct Link {
    /// Help.
    #[metric(const_labels(peer = "x"))]
    field: Counter,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    links: Family<Peer, Link>,
}

fn main() {}
