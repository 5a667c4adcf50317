use metrics_core::{Counter, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(const_labels(http.method = "get"))]
    field: Counter,
}

fn main() {}
