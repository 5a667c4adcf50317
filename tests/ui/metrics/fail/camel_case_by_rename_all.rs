use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(rename_all = "camelCase")]
struct M {
    /// Help.
    orders_paid: Counter,
}

fn main() {}
