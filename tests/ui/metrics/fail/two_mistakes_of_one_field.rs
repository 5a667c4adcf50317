use metrics_core::{Family, Histogram, LabelSet, Metrics};

#[derive(LabelSet)]
struct Order {
    size: u16,
    le: u16,
}

#[derive(Metrics)]
struct M {
    /// Help.
    order_size: Family<Order, Histogram>,
}

fn main() {}
