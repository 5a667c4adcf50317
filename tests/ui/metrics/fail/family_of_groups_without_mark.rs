use metrics_core::{Counter, Family, LabelSet, Metrics};

#[derive(LabelSet)]
struct Peer {
    peer: &'static str,
}

#[derive(Metrics)]
#[metrics(group)]
struct Link {
    /// Help.
    field: Counter,
}

#[derive(Metrics)]
struct M {
    /// Help.
    links: Family<Peer, Link>,
}

fn main() {}
