use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(rename = "__orders", allow(utf8_name))]
    orders: Counter,
}

fn main() {}
